# Untested: written for the production shape, not built yet. systemd units in deploy/systemd are the alternative.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
RUN useradd --system --create-home --home-dir /srv/matchmaker matchmaker
WORKDIR /srv/matchmaker

COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt

COPY manage.py ./
COPY config ./config
COPY matchmaker ./matchmaker
COPY apps ./apps
RUN STATIC_ROOT=/srv/matchmaker/static python manage.py collectstatic --no-input

RUN install -d -o matchmaker /srv/matchmaker/supply

USER matchmaker
ENV STATIC_ROOT=/srv/matchmaker/static SUPPLY_DIR=/srv/matchmaker/supply
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket"]

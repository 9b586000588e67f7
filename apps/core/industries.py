"""Industries as founders and facilities name them; closed, so that a wish and a refusal mean the same word."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Industry(models.TextChoices):
    CONSUMER = "consumer", _("consumer goods")
    INDUSTRIAL = "industrial", _("industrial equipment")
    MEDICAL = "medical", _("medical")
    AUTOMOTIVE = "automotive", _("automotive")
    AEROSPACE = "aerospace", _("aerospace")
    AGRICULTURE = "agriculture", _("agriculture")
    ENERGY = "energy", _("energy")
    EDUCATION = "education", _("education and research")
    ROBOTICS = "robotics", _("robotics")
    TEXTILE = "textile", _("textile and wearables")
    DEFENCE = "defence", _("defence")
    OTHER = "other", _("other")

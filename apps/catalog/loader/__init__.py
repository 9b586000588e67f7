"""The catalogue's data files and how they get into the database."""

from apps.catalog.loader.load import load_catalogue
from apps.catalog.loader.problems import CatalogueFileError, Problem
from apps.catalog.loader.report import Difference, LoadReport

__all__ = ["CatalogueFileError", "Difference", "LoadReport", "Problem", "load_catalogue"]

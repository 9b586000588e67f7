"""What people fill in."""

from apps.portal.forms.need import NeedForm
from apps.portal.forms.posting import Posting, row_count
from apps.portal.forms.sign_in import SignInForm
from apps.portal.forms.steps import StepForm

__all__ = ["NeedForm", "Posting", "SignInForm", "StepForm", "row_count"]

"""The steps that people take by hand with an SSC workorder, one table for pages and the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from portal.models import User
from workorders.models import Workorder
from workorders.printing.serializers import (
    CompleteSerializer,
    ConfirmSerializer,
    PrintedSerializer,
    RejectSerializer,
    StepSerializer,
)
from workorders.secure import workflow


class PrintStep(NamedTuple):
    """A step: the form that checks what is sent, and the function that takes it with the checked fields."""

    form: type[StepSerializer]
    take: Callable[..., None]


STEPS: Final = {
    "confirmed": PrintStep(ConfirmSerializer, workflow.confirm),
    "printed": PrintStep(PrintedSerializer, workflow.mark_printed),
    "completed": PrintStep(CompleteSerializer, workflow.complete),
    "rejected": PrintStep(RejectSerializer, workflow.reject),
    "cancelled": PrintStep(StepSerializer, workflow.cancel),
}
"""By the names of `workflow.TRANSITIONS`."""


def take_step(workorder: Workorder, name: str, by: User, data: Any, typed: bool = False) -> None:
    """Check what was sent for the step, or typed on its page, and take it.

    Raise WrongState when the state of the workorder does not allow the step, or else ValidationError with all that is
    wrong, by field.
    """
    workflow.check_state(workorder, name)
    form = STEPS[name].form(data=data, context={"workorder": workorder, "typed": typed})
    form.is_valid(raise_exception=True)
    STEPS[name].take(workorder, by, **form.validated_data)

"""What every part of a form's YAML has in common: unknown keys are refused, and an older spelling is read for ever."""

from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)


class FormPart(BaseModel):
    """Unknown keys are slips of the pen: refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)


class Respelled(FormPart):
    """A part with an older spelling, read for ever: a form's digest is of what was written, and is inside scans' digests. It is read as if
    it had been written today, and given back (`canonical`) as it was."""

    _older: bool = PrivateAttr(default=False)

    @model_validator(mode="wrap")
    @classmethod
    def either_spelling(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        newer = cls.from_older(value) if isinstance(value, dict) else None
        made = handler(value if newer is None else newer)
        made._older = newer is not None
        return made

    @model_serializer(mode="wrap")
    def as_written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = handler(self)
        return self.to_older(found) if self._older else found

    @staticmethod
    def from_older(value: dict[str, Any]) -> dict[str, Any] | None:
        """What was written, in today's spelling; None when it is written so."""
        raise NotImplementedError

    @staticmethod
    def to_older(value: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

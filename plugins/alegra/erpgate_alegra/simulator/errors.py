"""What the API answers when it refuses.

::

    ApiError
    ├── Invalid          400  a field or a business rule
    ├── Unauthorized     401  wrong e-mail or token
    ├── NotInPlan        402  code 907
    ├── Forbidden        403  the user lacks the permission
    ├── UnknownPath      404  or 403, by assumption
    ├── NotFound         404  no document with the id
    ├── MethodNotAllowed 405
    └── TooManyContacts  406  the plan's number of contacts is reached
"""

from .assumptions import UNKNOWN_PATH_STATUS
from .jsontext import Document


class ApiError(Exception):
    """A refusal with its HTTP status, its code where one is known, and its text."""

    status = 400

    def __init__(self, message: str, code: int | None = None, **extra: object) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.extra = extra

    def body(self) -> Document:
        """The answer in its commonest shape, ``{"message", "code", …}``."""
        body: Document = {"message": self.message}
        if self.code is not None:
            body["code"] = self.code
        return body | self.extra


class Invalid(ApiError):
    """A field is wrong or a business rule forbids the change."""


class Unauthorized(ApiError):
    """The e-mail and token belong to no company here."""

    status = 401

    def __init__(self) -> None:
        super().__init__("No se pudo autenticar al usuario", 401)


class NotInPlan(ApiError):
    """The company's plan does not include the function, or the account is suspended."""

    status = 402

    def __init__(self) -> None:
        super().__init__("Esta acción no se puede realizar en tu plan actual", 907)


class Forbidden(ApiError):
    """The user lacks the permission."""

    status = 403

    def __init__(self) -> None:
        super().__init__("No tienes permisos para realizar esta acción", 403)


class UnknownPath(ApiError):
    """The path does not exist."""

    status = UNKNOWN_PATH_STATUS

    def __init__(self) -> None:
        super().__init__("La ruta solicitada no existe", UNKNOWN_PATH_STATUS)


class NotFound(ApiError):
    """There is no document with the id."""

    status = 404

    def __init__(self) -> None:
        super().__init__("El recurso solicitado no existe", 404)


class MethodNotAllowed(ApiError):
    """The path exists and does not take this method."""

    status = 405

    def __init__(self) -> None:
        super().__init__("Método no permitido", 405)


class TooManyContacts(ApiError):
    """The plan's number of contacts is reached."""

    status = 406

    def __init__(self) -> None:
        super().__init__("Has alcanzado el límite de contactos de tu plan", 406)

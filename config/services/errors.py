"""What goes wrong with local servers."""


class ServiceError(RuntimeError):
    """A server could not be made or started; the message says where to look."""

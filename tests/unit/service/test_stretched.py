"""What is remembered of a request gives none of its secrets away."""

from erpgate.service.channels import stretched

SECRET = {"user": "ana", "password": "1234"}


def test_the_same_secrets_under_the_same_request_give_the_same() -> None:
    assert stretched(SECRET, "a") == stretched(dict(reversed(SECRET.items())), "a")


def test_other_secrets_or_another_request_give_something_else() -> None:
    others = [stretched({**SECRET, "password": "1235"}, "a"), stretched(SECRET, "b")]
    assert len({stretched(SECRET, "a"), *others}) == 3

"""Where a request comes from. What it says of itself (X-Forwarded-For) counts only when a proxy of ours passed it on."""

from ipaddress import ip_address, ip_network

from django.conf import settings

from anju.core.pages.request import Request

NOWHERE = "0.0.0.0"  # nobody's address: of a request that names none


def client_address(request: Request) -> str:
    """The address of whoever asks: the peer's own, or, behind our proxies (ANJU_PROXY), the last one in the chain that is not theirs."""
    proxies = [ip_network(text, strict=False) for text in settings.TRUSTED_PROXIES]
    here = read_address(request.META.get("REMOTE_ADDR", "")) or NOWHERE
    forwarded = [text.strip() for text in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    while forwarded and any(ip_address(here) in proxy for proxy in proxies):
        before = read_address(forwarded.pop())
        if before is None:
            break
        here = before
    return here


def read_address(text: str) -> str | None:
    """An address in its one spelling; of an IPv4 address that is written as IPv6 the IPv4. None for what is no address."""
    try:
        address = ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address).partition("%")[0]

"""Signing in. django-allauth does it (passwords, TOTP, recovery codes, OIDC), django-axes locks out; here is what is ours about it.

Who may come in is whom the system administrator registered, nobody else. Every sign-in, failure and lock-out leaves a row in the trail:
the user name only when there is such a user (a password may have been typed in its place), never an address, never a password.
"""

import base64
import hashlib
from dataclasses import replace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.usersessions.models import UserSession
from axes.handlers.proxy import AxesProxyHandler
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse_lazy

from anju.core.models.people import Staff
from anju.core.pages.addresses import front_page_path, path_of
from anju.core.pages.errors import error_page
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import Request
from anju.core.people.identity import actor_of_staff, home_region_id
from anju.core.people.permissions import posts
from anju.core.people.scope import Actor, open_scope
from anju.core.trail import trail

NOWHERE = frozenset({0})  # the id of no region: sees nothing, and may leave a row that concerns none
DOOR = Actor("sign-in", "登录", NOWHERE)
WRONG = "用户名或密码不对。"
WRONG_CODE = "动态口令不对，或已经用过。请等下一个再输。"


def record_sign_in(staff: Staff | None, act: str, *, by: Actor | None = None) -> None:
    """A row in the trail, in the person's own region, so that its auditor sees it."""
    user = actor_of_staff(staff) if staff else DOOR
    writer = replace(user, key=(by or user).key, region_ids=user.region_ids or NOWHERE)
    with open_scope(writer):
        obj = (
            trail.Subject.of(staff, f"用户 {staff.username}")
            if staff
            else trail.Subject("core.staff", "", "没有登记的用户名")
        )
        trail.record(by=by or (user if staff else DOOR), act=act, obj=obj, region_id=home_region_id(user))


def axes_username(request: Request | None, credentials: dict[str, Any] | None) -> str:
    """Under which name failures are counted: the person's own, however they wrote it; of anything else only a digest is kept."""
    typed = str((credentials or {}).get("username") or (PostedForm(request).typed.get("login", "") if request else ""))
    found = Staff.objects.filter(username__iexact=typed).values_list("username", flat=True).first()
    return found or "?" + hashlib.sha256(typed.casefold().encode()).hexdigest()[:32]


def show_locked_out(request: Request, *args: Any) -> HttpResponse:
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds()) // 60
    return error_page(
        request,
        429,
        "输错次数太多，已锁定",
        f"连续输错{settings.AXES_FAILURE_LIMIT}次。请过{minutes}分钟再试，或请安全管理员解除锁定。",
    )


def record_failure(request: Request, username: str) -> None:
    staff = Staff.objects.filter(username__iexact=username).first()
    record_sign_in(staff, "sign_in.fail", by=DOOR)
    if getattr(request, "axes_failures_since_start", None) == settings.AXES_FAILURE_LIMIT:
        record_sign_in(staff, "sign_in.lock_out", by=DOOR)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG,
        "account_inactive": "这个用户已停用。",
        "enter_current_password": "现在的密码不对。",
        "incorrect_password": "密码不对。",
        "incorrect_code": WRONG_CODE,
        "invalid_login": WRONG,
        "too_many_login_attempts": "试得太频繁，请过几分钟再试。",
        "rate_limited": "试得太频繁，请过几分钟再试。",
    }
    SAID = {
        "account/messages/password_changed.txt": "密码已修改，这个用户在别处的登录都已退出。",
        "mfa/messages/totp_activated.txt": "动态口令已启用，下次登录要输。",
        "mfa/messages/totp_deactivated.txt": "动态口令已停用。",
        "mfa/messages/recovery_codes_generated.txt": "备用码已重新生成，原来的作废。",
    }

    def is_open_for_signup(self, request: Request) -> bool:
        return False

    def add_message(
        self, request: Request, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if said := self.SAID.get(message_template or ""):
            super().add_message(request, level, message=said)

    def authentication_failed(self, request: Request, **credentials: Any) -> None:
        record_failure(request, credentials.get("username", ""))

    def get_login_redirect_url(self, request: Request) -> str:
        """Where the work of their posts is; to the overview when their posts do not agree."""
        wanted = {posts()[post].first for post in actor_of_staff(request.user).posts or ()}
        name = wanted.pop() if len(wanted) == 1 else ""
        return path_of(name) if name else front_page_path()

    def get_password_change_redirect_url(self, request: Request) -> str:
        return path_of("core:me")

    def set_password(self, user: Staff, password: str) -> None:
        super().set_password(user, password)
        record_sign_in(user, "sign_in.change_password")

    def post_login(self, request: Request, user: Staff, **kwargs: Any) -> HttpResponse:
        """Nobody sits in more places at once than allowed: the oldest leave."""
        response = super().post_login(request, user, **kwargs)
        for old in UserSession.objects.filter(user=user).order_by("-created_at", "-pk")[settings.SESSIONS_A_PERSON :]:
            old.end()
        record_sign_in(user, "sign_in.enter")
        return response


class MfaAdapter(DefaultMFAAdapter):
    """The secrets lie encrypted: a copy of the database alone does not make codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "cannot_generate_recovery_codes": "还没有启用动态口令，不能生成备用码。",
        "cannot_delete_authenticator": "不能停用动态口令。",
    }

    def _cipher(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"totp:{settings.SECRET_KEY}".encode()).digest()))

    def encrypt(self, text: str) -> str:
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._cipher().decrypt(encrypted_text.encode()).decode()


class CodeForm(AuthenticateForm):
    """The second step. A wrong code counts as a wrong password does: who knows the password cannot go through all codes."""

    def clean_code(self) -> str:
        request, credentials = context.request, {"username": self.user.username}
        if not AxesProxyHandler.is_allowed(request, credentials):
            request.axes_locked_out = True
            raise ValidationError(WRONG_CODE)
        try:
            return super().clean_code()
        except ValidationError:
            user_login_failed.send(sender=__name__, credentials=credentials, request=request)
            record_failure(request, self.user.username)
            raise


class SocialAdapter(DefaultSocialAccountAdapter):
    """统一身份认证 (OIDC): a registered person comes in with the other system's word for who they are; nobody is ever created."""

    def is_open_for_signup(self, request: Request, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: Request, sociallogin: Any) -> None:
        given, sociallogin.account.extra_data = (
            sociallogin.account.extra_data,
            {},
        )  # what it says beside is not ours to keep
        if sociallogin.is_existing:
            sociallogin.account.save(update_fields=["extra_data"])
            return
        claims = given.get("userinfo") or given.get("id_token") or given
        username = claims.get(settings.OIDC_CLAIM)
        staff = Staff.objects.filter(username=username, is_active=True).first() if username else None
        if staff is None:
            record_sign_in(None, "sign_in.fail")
            raise ImmediateHttpResponse(
                error_page(
                    request, 403, "这个账号没有在本系统登记", "统一身份认证认得您，但本系统没有登记。请联系系统管理员。"
                )
            )
        sociallogin.connect(request, staff)


class PasswordLengthValidator(MinimumLengthValidator):
    def get_error_message(self) -> str:  # Django's Chinese has lost this one sentence
        return f"密码太短，至少{self.min_length}个字。"


class FirstSignInView(PasswordResetConfirmView):
    """首次登录: whoever holds the one-time link sets the password. The link dies with its use, with a newer one, and with time."""

    template_name = "core/first.html"
    success_url = reverse_lazy("account_login")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        record_sign_in(self.user, "sign_in.set_password")
        return response

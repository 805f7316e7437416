"""Signing in, the second factor too. django-allauth does it (passwords, TOTP, recovery codes, OIDC), django-axes tells of failures (delays.py); here is what is ours about it.

Who may come in is whom the system administrator registered, nobody else. Every sign-in, failure and lock-out leaves a row in the trail:
the user name only when there is such a user (a password may have been typed in its place), never a password.
"""

import base64
import hashlib
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
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
from anju.core.pages.request import Request
from anju.core.people.access import DOOR, record_sign_in
from anju.core.people.delays import FREE, SLOWEST, counted_name, remember_device, same_name
from anju.core.people.identity import actor_of_staff, must_have_codes
from anju.core.people.permissions import posts
from anju.core.trail.source import client_address

WRONG = "用户名或密码不对。"
WRONG_CODE = "动态口令不对，或已经用过。请等下一个再输。"


def axes_username(request: Request | None, credentials: dict[str, Any] | None) -> str:
    return counted_name(str((credentials or {}).get("username") or ""))


def show_wait(request: Request, *args: Any) -> HttpResponse:
    seconds = max(int(getattr(request, "anju_wait", timedelta()).total_seconds()), SLOWEST)
    wait = f"{seconds}秒" if seconds < 60 else f"{-(-seconds // 60)}分钟"
    answer = error_page(
        request,
        429,
        f"输错次数太多，请等{wait}再试",
        "每多输错一次，要等的时间就长一些；平时登录用的电脑不受别处输错的影响。急着办事的，请安全管理员解除锁定，或在服务器上运行 anju staff unlock 用户名。",
    )
    answer.headers["Retry-After"] = str(seconds)
    return answer


def record_failure(request: Request, username: str) -> None:
    """A row for each try that was looked at, and for the first of those that make one wait. What was not looked at leaves none: it could fill the disk."""
    failures = getattr(request, "axes_failures_since_start", None)
    if failures is None:
        return
    staff = Staff.objects.filter(username=same_name(username)).first() if "\0" not in username else None
    record_sign_in(staff, "sign_in.fail", by=DOOR)
    if failures == FREE:
        record_sign_in(staff, "sign_in.lock_out", by=DOOR)


def refuse_wrong(request: Request, staff: Staff) -> None:
    """A signed-in or half signed-in person typed a wrong password or code: it counts."""
    user_login_failed.send(sender=__name__, credentials={"username": staff.username}, request=request)
    record_failure(request, staff.username)


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
        if sentence := self.SAID.get(message_template or ""):
            super().add_message(request, level, message=sentence)

    def get_client_ip(self, request: Request) -> str:
        return client_address(request)

    def authenticate(self, request: Request, **credentials: Any) -> Staff | None:
        """However the name was typed, in full width too."""
        staff: Staff | None = super().authenticate(
            request, **credentials | {"username": same_name(str(credentials.get("username", "")))}
        )
        return staff

    def logout(self, request: Request) -> None:
        if request.user.is_authenticated:
            record_sign_in(request.user, "sign_in.leave")
        super().logout(request)

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
        remember_device(request, response, user.username)
        record_sign_in(user, "sign_in.enter")
        return response


class MfaAdapter(DefaultMFAAdapter):
    """The secrets lie encrypted: a copy of the database alone does not make codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "cannot_generate_recovery_codes": "还没有启用动态口令，不能生成备用码。",
        "cannot_delete_authenticator": "您的岗位必须用动态口令，不能停用。换手机的，请安全管理员重置。",
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not must_have_codes(actor_of_staff(authenticator.user))

    def _cipher(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"totp:{settings.SECRET_KEY}".encode()).digest()))

    def encrypt(self, text: str) -> str:
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._cipher().decrypt(encrypted_text.encode()).decode()


class CodeForm(AuthenticateForm):
    """The second step. A wrong code counts as a wrong password does: who knows the password cannot go through all codes."""

    def clean_code(self) -> str:
        request = context.request
        refuse_while_waiting(request, self.user, WRONG_CODE)
        try:
            return super().clean_code()
        except ValidationError:
            refuse_wrong(request, self.user)
            raise


class PasswordForm(ChangePasswordForm):
    """修改密码. A wrong old password counts as one at the door does: who sits down at a colleague's desk cannot go through them."""

    def clean_oldpassword(self) -> str:
        request = context.request
        refuse_while_waiting(request, self.user, AccountAdapter.error_messages["enter_current_password"])
        try:
            return super().clean_oldpassword()
        except ValidationError:
            refuse_wrong(request, self.user)
            raise


def refuse_while_waiting(request: Request, staff: Staff, message: str) -> None:
    if not AxesProxyHandler.is_allowed(request, {"username": staff.username}):
        request.axes_locked_out = True
        raise ValidationError(message)


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

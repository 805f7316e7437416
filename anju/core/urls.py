"""Addresses of signing in, of one's own page, of people and of background jobs; all at the root of the site.

allauth's views find each other by the names they have there, in no namespace; a view of its own that is not listed here is not reachable.
Ours have names in core.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import include, path

from anju.core.pages import jobs, me, organisations, staff, trail
from anju.core.pages.site import guides, search, waiting
from anju.core.people.permissions import PUBLIC, requires_permission
from anju.core.people.sign_in import FirstSignInView

anybody, own = requires_permission(PUBLIC), requires_permission("core.own")

OURS = [
    path("sign-in/first/<str:uidb64>/<str:token>/", anybody(FirstSignInView.as_view()), name="first"),
    path("help/", guides.show_guide, name="guides"),
    path("help/<slug:name>/", guides.show_guide, name="guide"),
    path("help/pictures/<str:file>", guides.show_picture, name="guide-picture"),
    path("search/", search.search_site, name="search"),
    path("me/", me.show_me, name="me"),
    path("me/sessions/", me.end_other_sessions, name="me-sessions"),
    path("me/session/", me.tell_session, name="session"),
    path("me/drafts/", me.keep_drafts, name="drafts"),
    path("me/deputies/", me.name_deputy, name="me-deputy"),
    path("me/deputies/<int:pk>/end/", me.end_deputy, name="me-end-deputy"),
    path("staff/", staff.list_staff, name="staff"),
    path("staff/register/", staff.register_staff, name="staff-register"),
    path("staff/organisations/", organisations.list_organisations, name="staff-organisations"),
    path("staff/organisations/register/", organisations.register_organisation, name="staff-organise"),
    path("staff/organisations/<int:pk>/", organisations.show_organisation, name="staff-organisation"),
    path("staff/organisations/<int:pk>/rename/", organisations.rename_organisation, name="staff-rename"),
    path("staff/organisations/<int:pk>/end/", organisations.abolish_organisation, name="staff-abolish"),
    path("staff/<int:pk>/", staff.show_person, name="staff-person"),
    path("staff/<int:pk>/correct/", staff.correct_name, name="staff-correct"),
    path("staff/<int:pk>/first-link/", staff.make_first_link, name="staff-first-link"),
    path("staff/<int:pk>/reset-password/", staff.reset_password, name="staff-reset-password"),
    path("staff/<int:pk>/ask-reset/", staff.ask_reset, name="staff-ask-reset"),
    path("staff/resets/<int:pk>/confirm/", staff.confirm_reset, name="staff-confirm-reset"),
    path("staff/<int:pk>/unlock/", staff.unlock, name="staff-unlock"),
    path("staff/<int:pk>/codes/", staff.reset_codes, name="staff-codes"),
    path("staff/<int:pk>/sessions/", staff.end_sessions, name="staff-sessions"),
    path("staff/<int:pk>/retire/", staff.retire, name="staff-retire"),
    path("staff/<int:pk>/posts/", staff.give_post, name="staff-give"),
    path("staff/postings/<int:pk>/end/", staff.end_post, name="staff-end"),
    path("jobs/", jobs.list_jobs, name="jobs"),
    path("jobs/<int:pk>/", jobs.show_job, name="job"),
    path("jobs/<int:pk>/stop/", jobs.stop_job, name="job-stop"),
    path("jobs/<int:pk>/retry/", jobs.retry_job, name="job-retry"),
    path("jobs/waiting/<str:key>/", waiting.show_waiting_form, name="waiting-form"),
    path("trail/", trail.show_trail, name="trail"),
]
urlpatterns = [
    path("sign-in/", anybody(account.login), name="account_login"),
    path("sign-in/code/", anybody(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/inactive/", anybody(account.account_inactive), name="account_inactive"),
    path("sign-in/cancelled/", anybody(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("sign-in/<str:provider_id>/", anybody(oidc.login), name="openid_connect_login"),
    path("sign-in/<str:provider_id>/callback/", anybody(oidc.callback), name="openid_connect_callback"),
    path("sign-out/", anybody(account.logout), name="account_logout"),
    path("me/", me.show_me, name="mfa_index"),
    path(
        "me/", me.show_me, name="account_set_password"
    ),  # who comes in by OIDC alone has no password here, and needs none
    path("me/password/", own(account.password_change), name="account_change_password"),
    path("me/again/", own(account.reauthenticate), name="account_reauthenticate"),
    path("me/again/code/", own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("me/codes/", own(totp.activate_totp), name="mfa_activate_totp"),
    path("me/codes/off/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("me/spare/", own(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("me/spare/new/", own(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("", include((OURS, "core"))),
]

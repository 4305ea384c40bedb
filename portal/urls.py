from allauth.account.decorators import reauthentication_required
from allauth.socialaccount.providers import registry
from allauth.usersessions.views import list_usersessions
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from portal.accounts import account_views, invitation_views, people_views, token_views
from portal.accounts.sign_on import views as sign_on_views
from portal.api import docs_page, me
from portal.http import error_pages as views
from portal.http import health, metrics
from portal.pages import style_guide

# Here, so that no process but those that serve pages imports the back office and the libraries of sign-on.
admin.autodiscover()
registry.load()
urlpatterns = [
    path("", include("ingestion.urls")),
    path("", include("workorders.urls")),
    path("api/v2/me/", me.Me.as_view()),
    path("api/schema/", docs_page.schema, name="api-schema"),
    path("api/docs/", docs_page.docs, name="api-docs"),
    path("tokens/", token_views.token_list, name="token-list"),
    path("tokens/create/", token_views.token_create, name="token-create"),
    path("tokens/<int:pk>/revoke/", token_views.token_revoke, name="token-revoke"),
    path("people/", people_views.person_list, name="person-list"),
    path("people/second-step/", people_views.second_step, name="people-second-step"),
    path("people/invite/", invitation_views.person_invite, name="person-invite"),
    path("people/invitations/<int:pk>/again/", invitation_views.invitation_again, name="invitation-again"),
    path("people/invitations/<int:pk>/withdraw/", invitation_views.invitation_withdraw, name="invitation-withdraw"),
    path("people/join/<slug:uid>/<slug:key>/", invitation_views.person_join, name="person-join"),
    path("people/<int:pk>/", people_views.person_detail, name="person-detail"),
    path("people/<int:pk>/deactivate/", people_views.person_deactivate, name="person-deactivate"),
    path("people/<int:pk>/reactivate/", people_views.person_reactivate, name="person-reactivate"),
    path("people/<int:pk>/sign-out/", people_views.person_sign_out, name="person-sign-out"),
    path("people/<int:pk>/invite/", invitation_views.person_invite_again, name="person-invite-again"),
    path("account/", account_views.account, name="account"),
    path("account/session/", account_views.session, name="session"),
    # Of allauth's pages, one's own account replaces the overview, and addresses are changed by nobody.
    path("accounts/2fa/", RedirectView.as_view(pattern_name="account")),
    path("accounts/email/", RedirectView.as_view(pattern_name="account")),
    path("accounts/password/set/", RedirectView.as_view(pattern_name="account")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sign-on/", sign_on_views.sign_on, name="sign-on"),
    path("accounts/oidc/<slug:provider_id>/login/callback/", sign_on_views.callback, name="openid_connect_callback"),
    path(
        "accounts/sessions/",
        reauthentication_required(list_usersessions, allow_get=True),
        name="usersessions_list",
    ),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/saml/<slug:slug>/acs/", sign_on_views.saml_acs, name="saml-acs"),
    path("accounts/saml/<slug:slug>/finish/", sign_on_views.saml_finish, name="saml-finish"),
    path("accounts/saml/<slug:slug>/metadata/", sign_on_views.saml_metadata, name="saml-metadata"),
    path("admin/", admin.site.urls),
    path("style/", style_guide.style, name="style"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("favicon.ico", views.favicon),
]
handler400 = "portal.http.error_pages.bad_request"
handler404 = "portal.http.error_pages.page_not_found"
handler500 = "portal.http.error_pages.server_error"

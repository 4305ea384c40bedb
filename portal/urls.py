from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from portal import api_pages, health, me, storage, views

# The back office shares the sign-in and its limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("ingestion.urls")),
    path("", include("workorders.urls")),
    path("api/v2/me/", me.Me.as_view()),
    path("api/schema/", api_pages.schema, name="api-schema"),
    path("api/docs/", api_pages.docs, name="api-docs"),
    path("storage/", storage.receive, name="storage-receive"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("favicon.ico", views.favicon),
]
handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"

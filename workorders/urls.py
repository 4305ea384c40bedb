from django.urls import URLPattern, path, re_path, register_converter
from django.urls.converters import PathConverter, StringConverter
from rest_framework.views import APIView

from workorders import api, views
from workorders.archives import api as archives_api
from workorders.archives import download_views
from workorders.archives import views as images_views
from workorders.changes import api as change_api
from workorders.changes import views as change_views
from workorders.codes import api as code_api
from workorders.codes import views as code_views
from workorders.company import api as company_api
from workorders.company import link_views
from workorders.company import views as company_views
from workorders.deliveries import api as delivery_api
from workorders.deliveries import views as delivery_views
from workorders.domains import views as domain_views
from workorders.exports import api as export_api
from workorders.exports import views as export_views
from workorders.named_items import calibration_api, calibration_views
from workorders.orders import api as minting_api
from workorders.orders import views as order_views
from workorders.printing import api as printing_api
from workorders.printing import views as printing_views
from workorders.products import api as product_api
from workorders.products import views as product_views
from workorders.scans import api as scan_api
from workorders.scans import public_page, resolver
from workorders.scans import views as scan_views
from workorders.secure import api as secure_api
from workorders.secure import order_views as secure_order_views
from workorders.secure import template_api, template_views
from workorders.webhooks import api as webhook_api
from workorders.webhooks import figures as webhook_figures  # noqa: F401  # adds to those of monitoring
from workorders.webhooks import views as webhook_views


class IdentifierConverter(StringConverter):
    """Whatever consists of characters that an id of some format may have; those of GS1 hold slashes."""

    regex = "[A-Za-z0-9._%/-]+"


class CodeIdConverter(StringConverter):
    """An id, plain or of GS1, with something behind it: no id goes on with a slash where another one ends."""

    regex = "(?:[^/]+|/?01/[^/]+(?:/10/[^/]+)?/21/[^/]+)"


class AnyIdConverter(PathConverter):
    """An id, or whatever somebody takes for one. Below `download/` are exports, and no code."""

    regex = "(?!download/).+"


register_converter(IdentifierConverter, "identifier")
register_converter(AnyIdConverter, "any_id")
register_converter(CodeIdConverter, "code_id")


def _calibrated(kind: str, at: str) -> list[URLPattern]:
    """The pages of equipment or substrates, below `at`."""
    views = calibration_views
    return [
        path(at, views.calibrated_list, {"kind": kind}, name=f"{kind}-list"),
        path(f"{at}create/", views.calibrated_create, {"kind": kind}, name=f"{kind}-create"),
        path(f"{at}<int:pk>/", views.calibrated_detail, {"kind": kind}, name=f"{kind}-detail"),
        path(f"{at}<int:pk>/archive/", views.calibrated_archive, {"kind": kind}, name=f"{kind}-archive"),
    ]


def _named(at: str, of_all: type[APIView], of_one: type[APIView], archive: type[APIView]) -> list[URLPattern]:
    """The calls of what a company keeps under names of its own, below `at`."""
    return [
        path(f"api/v2/{at}", of_all.as_view()),
        path(f"api/v2/{at}<int:pk>/", of_one.as_view()),
        path(f"api/v2/{at}<int:pk>/archive/", archive.as_view()),
    ]


urlpatterns = [
    path(".well-known/gs1resolver", resolver.description, name="gs1-resolver"),
    path("c/<slug:slug>/.well-known/gs1resolver", resolver.description, name="gs1-resolver-company"),
    re_path(r"^c/(?P<slug>[^/]*)/(?P<identifier>(?s:.*))\Z", public_page.public_page, name="public-page"),
    path("workorders/", views.workorder_list, name="workorder-list"),
    path("workorders/create/", order_views.workorder_create, name="workorder-create"),
    path("workorders/<int:pk>/", views.workorder_detail, name="workorder-detail"),
    path("workorders/<int:pk>/sample.svg", download_views.workorder_sample, name="workorder-sample"),
    path("workorders/<int:pk>/download/", download_views.workorder_download, name="workorder-download"),
    path(
        "workorders/<int:pk>/serial-numbers/", download_views.workorder_serial_numbers, name="workorder-serial-numbers"
    ),
    path("workorders/<int:pk>/images/", images_views.workorder_images, name="workorder-images"),
    path("workorders/<int:pk>/labels/", images_views.workorder_labels, name="workorder-labels"),
    path("workorders/<int:pk>/images/<int:job_id>/", images_views.images_file, name="images-file"),
    path("workorders/<int:pk>/images/<int:job_id>/cancel/", images_views.images_cancel, name="images-cancel"),
    path("workorders/<int:pk>/minting/", order_views.workorder_minting, name="workorder-minting"),
    path("workorders/<int:pk>/cancel/", order_views.workorder_cancel, name="workorder-cancel"),
    path("workorders/create-secure/", secure_order_views.secure_create, name="workorder-create-secure"),
    path("workorders/<int:pk>/cancel-secure/", printing_views.cancel, name="workorder-cancel-secure"),
    path("workorder-templates/", template_views.template_list, name="workorder-template-list"),
    path("workorder-templates/create/", template_views.template_create, name="workorder-template-create"),
    path("workorder-templates/<int:pk>/", template_views.template_detail, name="workorder-template-detail"),
    path("workorder-templates/<int:pk>/archive/", template_views.template_archive, name="workorder-template-archive"),
    path("workorders/<int:pk>/confirm/", printing_views.confirm, name="workorder-confirm"),
    path("workorders/<int:pk>/printed/", printing_views.mark_printed, name="workorder-printed"),
    path("workorders/<int:pk>/complete/", printing_views.complete, name="workorder-complete"),
    path("workorders/<int:pk>/reject/", printing_views.reject, name="workorder-reject"),
    path("workorders/<int:pk>/allow-download/", delivery_views.allow_download, name="workorder-allow-download"),
    path("workorders/<int:pk>/secure-codes/", delivery_views.secure_codes, name="workorder-secure-codes"),
    path("workorders/<int:pk>/secure-codes/<int:job_id>/", delivery_views.secure_file, name="secure-file"),
    path(
        "workorders/<int:pk>/secure-codes/<int:job_id>/cancel/",
        delivery_views.secure_stop,
        name="secure-stop",
    ),
    path("workorders/archive/", views.workorder_archive_several, name="workorder-archive-several"),
    path("workorders/<int:pk>/archive/", views.workorder_archive, name="workorder-archive"),
    path("codes/", code_views.code_list, name="code-list"),
    path("codes/export/", export_views.code_export, name="code-export"),
    path("codes/exports/", export_views.code_export_list, name="code-export-list"),
    path("codes/exports/<int:pk>/file/", export_views.code_export_file, name="code-export-file"),
    path("codes/exports/<int:pk>/cancel/", export_views.code_export_cancel, name="code-export-cancel"),
    path("codes/scans/", scan_views.scan_days, name="code-scans"),
    path("codes/scans/limit/", scan_views.scan_limit, name="code-scan-limit"),
    path("workorders/<int:pk>/codes/<identifier:identifier>/qr.svg", code_views.code_svg, name="code-svg"),
    path("workorders/<int:pk>/codes/<identifier:identifier>/qr.png", code_views.code_png, name="code-png"),
    path("workorders/<int:pk>/codes/<identifier:identifier>/qr.pdf", code_views.code_pdf, name="code-pdf"),
    path("workorders/<int:pk>/codes/<identifier:identifier>/", change_views.code_detail, name="code-detail"),
    path("products/", product_views.product_list, name="product-list"),
    path("products/create/", product_views.product_create, name="product-create"),
    path("products/archive/", product_views.product_archive, name="product-archive"),
    path("products/bring-back/", product_views.product_bring_back, name="product-bring-back"),
    path("products/<int:pk>/", product_views.product_detail, name="product-detail"),
    path("products/<int:pk>/links/", link_views.product_links, name="product-links"),
    path("company/links/", link_views.company_links, name="company-links"),
    path("company/", company_views.company_settings, name="company-settings"),
    path("company/domains/", domain_views.domain_list, name="domain-list"),
    path("company/fields/", company_views.field_list, name="declared-field-list"),
    path("company/fields/create/", company_views.field_create, name="declared-field-create"),
    path("company/fields/of/<slug:key>/", company_views.field_detail, name="declared-field-detail"),
    path("company/fields/of/<slug:key>/remove/", company_views.field_remove, name="declared-field-remove"),
    path("company/webhooks/", webhook_views.webhook_list, name="webhook-list"),
    path("company/webhooks/create/", webhook_views.webhook_create, name="webhook-create"),
    path("company/webhooks/<int:pk>/", webhook_views.webhook_detail, name="webhook-detail"),
    path("company/webhooks/<int:pk>/change/", webhook_views.webhook_change, name="webhook-change"),
    path("company/webhooks/<int:pk>/renew-secret/", webhook_views.webhook_renew_secret, name="webhook-renew-secret"),
    path("company/webhooks/<int:pk>/remove/", webhook_views.webhook_remove, name="webhook-remove"),
    path("company/webhooks/<int:pk>/test/", webhook_views.webhook_test, name="webhook-test"),
    path("company/webhooks/<int:pk>/switch/", webhook_views.webhook_switch, name="webhook-switch"),
    path("company/webhooks/<int:pk>/replay/", webhook_views.webhook_replay, name="webhook-replay"),
    *_calibrated("equipment", "equipment/"),
    *_calibrated("substrate", "substrates/"),
    path("api/v2/codes/", code_api.CodeList.as_view()),
    path("api/v2/codes/download/", export_api.StartExport.as_view(), {"id": "download"}),
    path("api/v2/codes/download/<int:pk>/", export_api.ExportFile.as_view()),
    path("api/v2/codes/<code_id:id>/image/", code_api.CodeImage.as_view()),
    path("api/v2/codes/<code_id:id>/history/", change_api.CodeHistory.as_view()),
    path("api/v2/codes/<any_id:id>/", change_api.CodeDetail.as_view()),
    path("api/v2/scans/", scan_api.ScanList.as_view()),
    path("api/v2/workorders/", api.WorkorderList.as_view()),
    path("api/v2/workorders/create-sid/", minting_api.CreateSid.as_view()),
    path("api/v2/workorders/create-ssc/", secure_api.CreateSsc.as_view()),
    *_named(
        "workorder-templates/", template_api.TemplateList, template_api.TemplateDetail, template_api.TemplateArchive
    ),
    *_named(
        "equipment/", calibration_api.EquipmentList, calibration_api.EquipmentDetail, calibration_api.EquipmentArchive
    ),
    *_named(
        "substrates/", calibration_api.SubstrateList, calibration_api.SubstrateDetail, calibration_api.SubstrateArchive
    ),
    path("api/v2/workorders/<int:pk>/", api.WorkorderDetail.as_view()),
    path("api/v2/workorders/<int:pk>/archive/", api.Archive.as_view()),
    path("api/v2/workorders/<int:pk>/allow-download/", printing_api.AllowDownload.as_view()),
    path("api/v2/workorders/<int:pk>/timeline/", secure_api.Timeline.as_view()),
    path("api/v2/workorders/<int:pk>/download/", archives_api.Download.as_view()),
    path("api/v2/workorders/<int:pk>/serial-numbers/", archives_api.SerialNumbers.as_view()),
    path("api/v2/workorders/<int:pk>/confirm/", printing_api.Confirm.as_view()),
    path("api/v2/workorders/<int:pk>/secure-codes/", delivery_api.SecureCodes.as_view()),
    path("api/v2/workorders/<int:pk>/printed/", printing_api.Printed.as_view()),
    path("api/v2/workorders/<int:pk>/complete/", printing_api.Complete.as_view()),
    path("api/v2/workorders/<int:pk>/reject/", printing_api.Reject.as_view()),
    path("api/v2/workorders/<int:pk>/cancel/", printing_api.Cancel.as_view()),
    path("api/v2/company/webhooks/", webhook_api.WebhookList.as_view()),
    path("api/v2/company/webhooks/<int:pk>/", webhook_api.WebhookDetail.as_view()),
    path("api/v2/company/webhooks/<int:pk>/renew-secret/", webhook_api.RenewSecret.as_view()),
    path("api/v2/company/webhooks/<int:webhook>/test/", webhook_api.SendTest.as_view()),
    path("api/v2/company/webhooks/<int:webhook>/deliveries/", webhook_api.DeliveryList.as_view()),
    path("api/v2/company/webhooks/<int:webhook>/deliveries/replay-failed/", webhook_api.ReplayFailed.as_view()),
    path("api/v2/company/webhooks/<int:webhook>/deliveries/<int:pk>/replay/", webhook_api.Replay.as_view()),
    path("api/v2/products/", product_api.ProductList.as_view()),
    path("api/v2/products/<int:pk>/", product_api.ProductDetail.as_view()),
    path("api/v2/products/<int:pk>/links/", company_api.ProductLinks.as_view()),
    path("api/v2/company/links/", company_api.CompanyLinks.as_view()),
]

from django.urls import path

from ingestion.api import change_calls as change_api
from ingestion.api import change_items
from ingestion.api import records as api
from ingestion.api import templates as template_api
from ingestion.api import uploads as upload_api
from ingestion.pages import (
    change,
    overview,
    record_list,
    search,
    template_file,
    templates,
    undo,
    upload_plain,
    upload_preview,
    upload_symbol,
    withdraw,
)
from ingestion.pages import products as product_views
from ingestion.pages import records as record_views
from ingestion.pages import upload as views
from ingestion.services import while_awaited
from portal.storage import upload_form

API = "api/v2/ingestion/"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("search/", search.search, name="search"),
    path("upload/", views.upload, name="upload"),
    path("upload/changes/", views.upload_changes, name="upload-changes"),
    path("upload/preview/", upload_preview.upload_preview, name="upload-preview"),
    path("upload/look/", upload_plain.upload_look, name="upload-look"),
    path("upload/discard/", upload_preview.upload_discard, name="upload-discard"),
    path("upload/template.csv", template_file.upload_template, name="upload-template"),
    path("upload/changes/template.csv", template_file.change_template, name="upload-changes-template"),
    path("upload/symbol/", upload_symbol.upload_symbol, name="upload-symbol"),
    path("upload/options/", templates.upload_options, name="upload-options"),
    path("company/ingestion-templates/", templates.template_list, name="ingestion-template-list"),
    path("company/ingestion-templates/create/", templates.template_create, name="ingestion-template-create"),
    path("company/ingestion-templates/<int:pk>/", templates.template_detail, name="ingestion-template-detail"),
    path("company/ingestion-templates/<int:pk>/drop/", templates.template_drop, name="ingestion-template-drop"),
    path("company/ingestion-templates/<int:pk>/delete/", templates.template_delete, name="ingestion-template-delete"),
    path("codes/change/", change.code_change, name="code-change"),
    path("ingestions/", record_list.record_list, name="record-list"),
    path("ingestions/<slug:key>/", record_views.record_detail, name="record-detail"),
    path("ingestions/<slug:key>/cancel/", record_views.record_cancel, name="record-cancel"),
    path("ingestions/<slug:key>/check-again/", record_views.record_check_again, name="record-check-again"),
    path("ingestions/<slug:key>/undo/", undo.record_undo, name="record-undo"),
    path("ingestions/<slug:key>/withdraw/", withdraw.record_withdraw, name="record-withdraw"),
    path("ingestions/<slug:key>/errors.csv", record_views.record_errors_csv, name="record-errors-csv"),
    path(
        "ingestions/<slug:key>/rows-with-errors/", record_views.record_rows_with_errors, name="record-rows-with-errors"
    ),
    path("storage/", upload_form.receive, {"while_awaited": while_awaited}, name="storage-receive"),
    path("products/import/", product_views.product_import, name="product-import"),
    path(API, api.RecordList.as_view()),
    path(f"{API}codes/upload/get-post-data/", upload_api.GetPostData.as_view(), name="api-get-post-data"),
    path(f"{API}codes/upload/process/", upload_api.Process.as_view(), name="api-process"),
    path(
        f"{API}scm/upload/get-post-data/", upload_api.GetPostDataOfChanges.as_view(), name="api-get-post-data-changes"
    ),
    path(f"{API}scm/upload/process/", upload_api.ProcessChanges.as_view(), name="api-process-changes"),
    path(f"{API}codes/process-from-file/", upload_api.ProcessFromFile.as_view()),
    path(f"{API}codes/add-sids/", upload_api.AddSids.as_view()),
    path(f"{API}codes/create-from-template/", template_api.CreateFromTemplate.as_view()),
    path(f"{API}templates/", template_api.TemplateList.as_view(), name="api-templates"),
    path(f"{API}templates/<int:pk>/", template_api.TemplateDetail.as_view()),
    path(f"{API}<slug:key>/", api.RecordDetail.as_view()),
    path(f"{API}<slug:key>/errors/", api.ErrorList.as_view()),
    path(f"{API}<slug:key>/errors.csv", api.ErrorFile.as_view()),
    path(f"{API}<slug:key>/rows-with-errors/", api.RowsWithErrorsFile.as_view()),
    path(f"{API}<slug:key>/cancel/", api.Cancel.as_view()),
    path(f"{API}<slug:key>/withdraw/", api.Withdraw.as_view()),
    path(f"{API}<slug:key>/undo/", change_api.Undo.as_view()),
    path("api/v2/scm/upload/", change_items.ChangeItems.as_view()),
    path("api/v2/scm/upload/async/", change_api.ChangeSelected.as_view()),
    path("api/v2/scm/tasks/<slug:key>/", change_api.Task.as_view()),
]

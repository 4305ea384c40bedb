"""Contains all the data models used in inputs/outputs"""

from .activation_status_enum import ActivationStatusEnum
from .add_sids_filetype_enum import AddSidsFiletypeEnum
from .add_sids_request import AddSidsRequest
from .add_sids_request_codes_item import AddSidsRequestCodesItem
from .add_sids_request_default_scm_data_type_0 import AddSidsRequestDefaultScmDataType0
from .add_sids_response_201_type_0 import AddSidsResponse201Type0
from .add_sids_response_201_type_1 import AddSidsResponse201Type1
from .add_sids_response_201_type_1_post_data import AddSidsResponse201Type1PostData
from .add_sids_response_201_type_1_post_data_fields import (
    AddSidsResponse201Type1PostDataFields,
)
from .archive_request import ArchiveRequest
from .blacklist_reason_enum import BlacklistReasonEnum
from .blank_enum import BlankEnum
from .brand_owner import BrandOwner
from .calibration_enum import CalibrationEnum
from .cancel_images_images import CancelImagesImages
from .cancel_images_level import CancelImagesLevel
from .change_codes_response_200 import ChangeCodesResponse200
from .change_codes_response_200_changes_item import ChangeCodesResponse200ChangesItem
from .change_codes_response_200_changes_item_changes import (
    ChangeCodesResponse200ChangesItemChanges,
)
from .change_codes_response_200_changes_item_changes_additional_property import (
    ChangeCodesResponse200ChangesItemChangesAdditionalProperty,
)
from .change_codes_response_200_items import ChangeCodesResponse200Items
from .change_codes_response_400_type_0 import ChangeCodesResponse400Type0
from .change_codes_response_400_type_0_errors_item import (
    ChangeCodesResponse400Type0ErrorsItem,
)
from .change_file_request import ChangeFileRequest
from .change_file_request_columns import ChangeFileRequestColumns
from .change_file_request_default_scm_data_type_0 import (
    ChangeFileRequestDefaultScmDataType0,
)
from .change_items_request import ChangeItemsRequest
from .change_selected_codes_response_200 import ChangeSelectedCodesResponse200
from .code import Code
from .code_scans import CodeScans
from .complete_request import CompleteRequest
from .confirm_request import ConfirmRequest
from .create_from_template_response_201_type_0 import CreateFromTemplateResponse201Type0
from .create_from_template_response_201_type_1 import CreateFromTemplateResponse201Type1
from .create_from_template_response_201_type_1_post_data import (
    CreateFromTemplateResponse201Type1PostData,
)
from .create_from_template_response_201_type_1_post_data_fields import (
    CreateFromTemplateResponse201Type1PostDataFields,
)
from .day import Day
from .delimiter_enum import DelimiterEnum
from .delivery import Delivery
from .delivery_status_enum import DeliveryStatusEnum
from .detail import Detail
from .disabled_because_enum import DisabledBecauseEnum
from .download_export_response_202 import DownloadExportResponse202
from .download_images import DownloadImages
from .download_level import DownloadLevel
from .download_response_202 import DownloadResponse202
from .encoding_enum import EncodingEnum
from .equipment import Equipment
from .equipment_request import EquipmentRequest
from .error import Error
from .event import Event
from .events_enum import EventsEnum
from .export_request import ExportRequest
from .export_request_filters import ExportRequestFilters
from .extent import Extent
from .field_errors import FieldErrors
from .format_enum import FormatEnum
from .from_template_request import FromTemplateRequest
from .from_template_request_codes_item import FromTemplateRequestCodesItem
from .from_template_request_columns import FromTemplateRequestColumns
from .from_template_request_default_scm_data_type_0 import (
    FromTemplateRequestDefaultScmDataType0,
)
from .get_code_image_images import GetCodeImageImages
from .get_me_response_200 import GetMeResponse200
from .get_me_response_200_company_type_0 import GetMeResponse200CompanyType0
from .get_me_response_200_company_type_0_kind import GetMeResponse200CompanyType0Kind
from .get_post_data_filetype_enum import GetPostDataFiletypeEnum
from .get_post_data_of_changes_response_201 import GetPostDataOfChangesResponse201
from .get_post_data_of_changes_response_201_post_data import (
    GetPostDataOfChangesResponse201PostData,
)
from .get_post_data_of_changes_response_201_post_data_fields import (
    GetPostDataOfChangesResponse201PostDataFields,
)
from .get_post_data_request import GetPostDataRequest
from .get_post_data_response_201 import GetPostDataResponse201
from .get_post_data_response_201_post_data import GetPostDataResponse201PostData
from .get_post_data_response_201_post_data_fields import (
    GetPostDataResponse201PostDataFields,
)
from .get_secure_codes_images import GetSecureCodesImages
from .get_secure_codes_response_202 import GetSecureCodesResponse202
from .get_serial_numbers_response_202 import GetSerialNumbersResponse202
from .history import History
from .history_changes import HistoryChanges
from .history_changes_additional_property import HistoryChangesAdditionalProperty
from .id_format_enum import IdFormatEnum
from .ingestion_mode_enum import IngestionModeEnum
from .ingestion_template_request import IngestionTemplateRequest
from .ingestion_template_request_columns import IngestionTemplateRequestColumns
from .ingestion_template_request_default_scm_data_type_0 import (
    IngestionTemplateRequestDefaultScmDataType0,
)
from .layout_enum import LayoutEnum
from .link import Link
from .link_request import LinkRequest
from .link_type_enum import LinkTypeEnum
from .links import Links
from .links_request import LinksRequest
from .list_codes_activation_status import ListCodesActivationStatus
from .list_codes_blacklist_reason import ListCodesBlacklistReason
from .list_equipment_state import ListEquipmentState
from .list_errors_error import ListErrorsError
from .list_records_ingestion_mode import ListRecordsIngestionMode
from .list_records_status import ListRecordsStatus
from .list_records_type import ListRecordsType
from .list_substrates_state import ListSubstratesState
from .list_webhook_deliveries_status import ListWebhookDeliveriesStatus
from .list_webhook_deliveries_type import ListWebhookDeliveriesType
from .list_workorders_state import ListWorkordersState
from .list_workorders_type import ListWorkordersType
from .media_type_enum import MediaTypeEnum
from .mode_enum import ModeEnum
from .new_secret import NewSecret
from .order_request import OrderRequest
from .origin_enum import OriginEnum
from .paginated_code_list import PaginatedCodeList
from .paginated_delivery_list import PaginatedDeliveryList
from .paginated_equipment_list import PaginatedEquipmentList
from .paginated_error_list import PaginatedErrorList
from .paginated_event_list import PaginatedEventList
from .paginated_history_list import PaginatedHistoryList
from .paginated_product_list import PaginatedProductList
from .paginated_record_list import PaginatedRecordList
from .paginated_substrate_list import PaginatedSubstrateList
from .paginated_template_list import PaginatedTemplateList
from .paginated_template_row_list import PaginatedTemplateRowList
from .paginated_webhook_list import PaginatedWebhookList
from .paginated_workorder_list import PaginatedWorkorderList
from .patched_code_change_request import PatchedCodeChangeRequest
from .patched_equipment_request import PatchedEquipmentRequest
from .patched_ingestion_template_request import PatchedIngestionTemplateRequest
from .patched_ingestion_template_request_columns import (
    PatchedIngestionTemplateRequestColumns,
)
from .patched_ingestion_template_request_default_scm_data_type_0 import (
    PatchedIngestionTemplateRequestDefaultScmDataType0,
)
from .patched_product_request import PatchedProductRequest
from .patched_substrate_request import PatchedSubstrateRequest
from .patched_template_request import PatchedTemplateRequest
from .patched_webhook_request import PatchedWebhookRequest
from .printed_request import PrintedRequest
from .process_changes_response_200 import ProcessChangesResponse200
from .process_from_file_response_200 import ProcessFromFileResponse200
from .process_request import ProcessRequest
from .process_request_columns import ProcessRequestColumns
from .process_request_default_scm_data_type_0 import ProcessRequestDefaultScmDataType0
from .process_response_200 import ProcessResponse200
from .product import Product
from .product_request import ProductRequest
from .progress import Progress
from .record import Record
from .record_file_facts import RecordFileFacts
from .record_parameters import RecordParameters
from .record_result_data import RecordResultData
from .record_result_data_error_counts import RecordResultDataErrorCounts
from .record_result_data_errors_item import RecordResultDataErrorsItem
from .record_status_enum import RecordStatusEnum
from .record_type_enum import RecordTypeEnum
from .record_warnings_item import RecordWarningsItem
from .record_withdrawal_type_0 import RecordWithdrawalType0
from .reject_request import RejectRequest
from .replay_request import ReplayRequest
from .replayed import Replayed
from .scan_days import ScanDays
from .secure_order_request import SecureOrderRequest
from .selected_change_request import SelectedChangeRequest
from .start_export_response_202 import StartExportResponse202
from .state_enum import StateEnum
from .substrate import Substrate
from .substrate_request import SubstrateRequest
from .task import Task
from .template import Template
from .template_request import TemplateRequest
from .template_row import TemplateRow
from .template_row_parameters import TemplateRowParameters
from .type_enum import TypeEnum
from .undo_extent import UndoExtent
from .upload_body import UploadBody
from .upload_body_success_action_status import UploadBodySuccessActionStatus
from .webhook import Webhook
from .webhook_request import WebhookRequest
from .withdraw_request import WithdrawRequest
from .withdrawal_status_enum import WithdrawalStatusEnum
from .workorder import Workorder
from .workorder_progress import WorkorderProgress
from .workorder_progress_progress_type_0 import WorkorderProgressProgressType0
from .workorder_progress_warnings_item import WorkorderProgressWarningsItem

__all__ = (
    "ActivationStatusEnum",
    "AddSidsFiletypeEnum",
    "AddSidsRequest",
    "AddSidsRequestCodesItem",
    "AddSidsRequestDefaultScmDataType0",
    "AddSidsResponse201Type0",
    "AddSidsResponse201Type1",
    "AddSidsResponse201Type1PostData",
    "AddSidsResponse201Type1PostDataFields",
    "ArchiveRequest",
    "BlacklistReasonEnum",
    "BlankEnum",
    "BrandOwner",
    "CalibrationEnum",
    "CancelImagesImages",
    "CancelImagesLevel",
    "ChangeCodesResponse200",
    "ChangeCodesResponse200ChangesItem",
    "ChangeCodesResponse200ChangesItemChanges",
    "ChangeCodesResponse200ChangesItemChangesAdditionalProperty",
    "ChangeCodesResponse200Items",
    "ChangeCodesResponse400Type0",
    "ChangeCodesResponse400Type0ErrorsItem",
    "ChangeFileRequest",
    "ChangeFileRequestColumns",
    "ChangeFileRequestDefaultScmDataType0",
    "ChangeItemsRequest",
    "ChangeSelectedCodesResponse200",
    "Code",
    "CodeScans",
    "CompleteRequest",
    "ConfirmRequest",
    "CreateFromTemplateResponse201Type0",
    "CreateFromTemplateResponse201Type1",
    "CreateFromTemplateResponse201Type1PostData",
    "CreateFromTemplateResponse201Type1PostDataFields",
    "Day",
    "DelimiterEnum",
    "Delivery",
    "DeliveryStatusEnum",
    "Detail",
    "DisabledBecauseEnum",
    "DownloadExportResponse202",
    "DownloadImages",
    "DownloadLevel",
    "DownloadResponse202",
    "EncodingEnum",
    "Equipment",
    "EquipmentRequest",
    "Error",
    "Event",
    "EventsEnum",
    "ExportRequest",
    "ExportRequestFilters",
    "Extent",
    "FieldErrors",
    "FormatEnum",
    "FromTemplateRequest",
    "FromTemplateRequestCodesItem",
    "FromTemplateRequestColumns",
    "FromTemplateRequestDefaultScmDataType0",
    "GetCodeImageImages",
    "GetMeResponse200",
    "GetMeResponse200CompanyType0",
    "GetMeResponse200CompanyType0Kind",
    "GetPostDataFiletypeEnum",
    "GetPostDataOfChangesResponse201",
    "GetPostDataOfChangesResponse201PostData",
    "GetPostDataOfChangesResponse201PostDataFields",
    "GetPostDataRequest",
    "GetPostDataResponse201",
    "GetPostDataResponse201PostData",
    "GetPostDataResponse201PostDataFields",
    "GetSecureCodesImages",
    "GetSecureCodesResponse202",
    "GetSerialNumbersResponse202",
    "History",
    "HistoryChanges",
    "HistoryChangesAdditionalProperty",
    "IdFormatEnum",
    "IngestionModeEnum",
    "IngestionTemplateRequest",
    "IngestionTemplateRequestColumns",
    "IngestionTemplateRequestDefaultScmDataType0",
    "LayoutEnum",
    "Link",
    "LinkRequest",
    "Links",
    "LinksRequest",
    "LinkTypeEnum",
    "ListCodesActivationStatus",
    "ListCodesBlacklistReason",
    "ListEquipmentState",
    "ListErrorsError",
    "ListRecordsIngestionMode",
    "ListRecordsStatus",
    "ListRecordsType",
    "ListSubstratesState",
    "ListWebhookDeliveriesStatus",
    "ListWebhookDeliveriesType",
    "ListWorkordersState",
    "ListWorkordersType",
    "MediaTypeEnum",
    "ModeEnum",
    "NewSecret",
    "OrderRequest",
    "OriginEnum",
    "PaginatedCodeList",
    "PaginatedDeliveryList",
    "PaginatedEquipmentList",
    "PaginatedErrorList",
    "PaginatedEventList",
    "PaginatedHistoryList",
    "PaginatedProductList",
    "PaginatedRecordList",
    "PaginatedSubstrateList",
    "PaginatedTemplateList",
    "PaginatedTemplateRowList",
    "PaginatedWebhookList",
    "PaginatedWorkorderList",
    "PatchedCodeChangeRequest",
    "PatchedEquipmentRequest",
    "PatchedIngestionTemplateRequest",
    "PatchedIngestionTemplateRequestColumns",
    "PatchedIngestionTemplateRequestDefaultScmDataType0",
    "PatchedProductRequest",
    "PatchedSubstrateRequest",
    "PatchedTemplateRequest",
    "PatchedWebhookRequest",
    "PrintedRequest",
    "ProcessChangesResponse200",
    "ProcessFromFileResponse200",
    "ProcessRequest",
    "ProcessRequestColumns",
    "ProcessRequestDefaultScmDataType0",
    "ProcessResponse200",
    "Product",
    "ProductRequest",
    "Progress",
    "Record",
    "RecordFileFacts",
    "RecordParameters",
    "RecordResultData",
    "RecordResultDataErrorCounts",
    "RecordResultDataErrorsItem",
    "RecordStatusEnum",
    "RecordTypeEnum",
    "RecordWarningsItem",
    "RecordWithdrawalType0",
    "RejectRequest",
    "Replayed",
    "ReplayRequest",
    "ScanDays",
    "SecureOrderRequest",
    "SelectedChangeRequest",
    "StartExportResponse202",
    "StateEnum",
    "Substrate",
    "SubstrateRequest",
    "Task",
    "Template",
    "TemplateRequest",
    "TemplateRow",
    "TemplateRowParameters",
    "TypeEnum",
    "UndoExtent",
    "UploadBody",
    "UploadBodySuccessActionStatus",
    "Webhook",
    "WebhookRequest",
    "WithdrawalStatusEnum",
    "WithdrawRequest",
    "Workorder",
    "WorkorderProgress",
    "WorkorderProgressProgressType0",
    "WorkorderProgressWarningsItem",
)

from enum import StrEnum


class ListErrorsError(StrEnum):
    AMBIGUOUS_KEY_ERROR = "ambiguous_key_error"
    CODE_NOT_FOUND_ERROR = "code_not_found_error"
    DUPLICATE_ID_ERROR = "duplicate_id_error"
    HISTORY_GONE_ERROR = "history_gone_error"
    INTERNAL_ERROR = "internal_error"
    INVALID_ACTIVATION_STATUS_ERROR = "invalid_activation_status_error"
    INVALID_FILE_ERROR = "invalid_file_error"
    INVALID_ID_ERROR = "invalid_id_error"
    INVALID_ROW_ERROR = "invalid_row_error"
    INVALID_SCM_FIELD_ERROR = "invalid_scm_field_error"
    MISSING_ID_ERROR = "missing_id_error"
    PRODUCT_NOT_FOUND_ERROR = "product_not_found_error"
    URL_PREFIX_ERROR = "url_prefix_error"
    URL_TOO_LONG_ERROR = "url_too_long_error"
    WORKORDER_ERROR = "workorder_error"

    def __str__(self) -> str:
        return str(self.value)

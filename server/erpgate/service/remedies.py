"""What to do about each reason that an order can have; the same sentences as in the list of errors."""

from collections.abc import Mapping

from erpgate.plugin.reasons import Reason

REMEDIES: Mapping[Reason, str] = {
    Reason.ERP_CREDENTIALS_INVALID: (
        "Give a valid value in the field that is named; a channel that is connected gets it by RotateCredentials. "
        "A server on a private network is connected to only where the operator allows that network "
        "(ERPGATE_ALLOWED_NETWORKS)."
    ),
    Reason.ERP_PERMISSION_MISSING: "Give the user that permission in the ERP.",
    Reason.ERP_PLAN_LACKS_FEATURE: "Change the plan, or do without.",
    Reason.ERP_ACCOUNT_SUSPENDED: "Settle it with the ERP, then try again.",
    Reason.CONFIGURATION_INCOMPLETE: "Set the fields that are named with UpdateChannel.",
    Reason.OPTION_NO_LONGER_EXISTS: "Choose another one with UpdateChannel.",
    Reason.CURRENCY_NOT_SUPPORTED: "Switch the currency on in the ERP, or invoice elsewhere.",
    Reason.CHANNEL_NOT_CONNECTED: "Finish it with ConnectChannel; where it was deleted, connect another one.",
    Reason.SKU_NOT_FOUND: "Give the right SKU in the overrides, or create the item in the ERP.",
    Reason.SKU_AMBIGUOUS: "Make the code unique in the ERP.",
    Reason.ITEM_INACTIVE: "Switch it on in the ERP, or give another SKU.",
    Reason.VARIANT_NOT_INVOICEABLE: "Use barcodes as SKU, or give another SKU.",
    Reason.INSUFFICIENT_STOCK: "Correct the stock or choose another warehouse, then retry.",
    Reason.FIELD_INVALID: "Mend the fields that are named: in the BadRequest detail, or in an order's details.",
    Reason.CUSTOMER_DOCUMENT_INVALID: "Correct the order's buyer, or set a default document.",
    Reason.CUSTOMER_AMBIGUOUS: "Merge them in the ERP, then retry.",
    Reason.DOCUMENT_REJECTED: "Mend what the ERP names, then retry.",
    Reason.TOTAL_UNREACHABLE: "Choose another remainder policy, or invoice by hand.",
    Reason.TOTAL_MISMATCH: "Compare the ERP's taxes with the item's, then retry.",
    Reason.TAX_BASIS_UNKNOWN: "Submit the order with price_includes_tax.",
    Reason.DOUBLE_TAX_SUSPECTED: "Correct price_includes_tax or the prices and submit again.",
    Reason.ORDER_TOTAL_INCONSISTENT: "Correct the order and submit again.",
    Reason.ELIGIBLE: "Nothing.",
    Reason.REQUESTED_BY_PERSON: "Nothing.",
    Reason.AUTOMATION_OFF: "Invoice it with CreateInvoice, or switch automation on.",
    Reason.ERP_NOT_PROVEN: (
        "Invoice with CreateInvoice, ask the plugin's authors for a release that passed, or let the operator set "
        "ERPGATE_UNPROVEN_ERPS."
    ),
    Reason.CHANNEL_PAUSED: "Resume it with ResumeChannel.",
    Reason.ORDER_STATE_NOT_SELECTED: "Wait for another state, or select this one.",
    Reason.SALES_CHANNEL_NOT_SELECTED: "Select it, or invoice with CreateInvoice.",
    Reason.FULFILLMENT_EXCLUDED: "Include them, or invoice with CreateInvoice.",
    Reason.REFUNDED_EXCLUDED: "Nothing.",
    Reason.BEFORE_START: "Invoice it with CreateInvoice.",
    Reason.ALREADY_INVOICED: "Use that invoice.",
    Reason.SEVERAL_CHANNELS_ELIGIBLE: "Choose one with CreateInvoice, or select sales channels apart.",
    Reason.CREDIT_NOTE_SUGGESTED: "Make one with CreateCreditNote, or void the invoice.",
    Reason.BASKET_INCOMPLETE: (
        "Nothing; it goes on by itself. If an order will not come, submit one with the basket's right size."
    ),
    Reason.BASKET_INCONSISTENT: "Submit the orders with what they share, or without the basket.",
    Reason.BASKET_CLOSED: "Invoice it by itself with CreateInvoice.",
    Reason.SHADOW_MODE: "Compare the totals, then switch shadow mode off.",
    Reason.HOURLY_CAP_REACHED: "Nothing; it goes on by itself at next_time. Raise the cap if the sales are real.",
    Reason.FISCAL_REJECTED: "Mend what it names, then retry.",
    Reason.NUMBERING_EXHAUSTED: "Renew it in the ERP, then retry.",
    Reason.ERP_RATE_LIMITED: "Wait as RetryInfo says; invoices go on by themselves.",
    Reason.ERP_UNREACHABLE: "Try again as RetryInfo says; invoices go on by themselves.",
    Reason.ERP_OUTCOME_UNKNOWN: (
        "Wait: it is looked up before anything is sent again. Where the invoice is blocked, look in the ERP, then "
        "retry."
    ),
    Reason.DUPLICATE_DOCUMENT: "Keep one, remove the others in the ERP, then retry.",
    Reason.DOCUMENT_NOT_FOUND: "Look in the ERP, then retry.",
    Reason.PLUGIN_UNAVAILABLE: "See ListErps, then ask the operator.",
    Reason.PLUGIN_DEFECT: "Report it to the plugin's authors.",
    Reason.INVOICE_REVERSED: "Nothing, or make another one with CreateInvoice.",
}
"""One sentence or two for each."""

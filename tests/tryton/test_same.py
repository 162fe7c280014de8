"""What every ERP does, in a real Tryton: the same tests as for the others."""

from e2e.test_connecting import (
    test_a_company_is_connected_once,
    test_an_erp_that_is_away_is_asked_again_by_itself,
    unconnected,
)
from e2e.test_exactly_once import (
    test_a_document_whose_answer_was_lost_is_found_and_adopted,
    test_a_new_buyer_of_ten_orders_becomes_one_customer,
    test_a_refusal_waits_for_a_person,
    test_an_erp_that_cannot_be_reached_is_tried_again_by_itself,
    test_an_invoice_in_doubt_survives_a_restart,
    test_many_lost_answers_at_once_are_all_found,
)
from e2e.test_one_click import (
    manual,
    test_an_order_is_invoiced_with_automation_off,
    test_many_people_who_click_at_once_make_one_invoice,
)
from e2e.test_retry import test_an_item_that_is_added_to_the_erp_is_found
from e2e.test_secrets import test_a_refused_secret_is_in_no_file_log_or_answer

__all__ = [
    "manual",
    "test_a_company_is_connected_once",
    "test_a_document_whose_answer_was_lost_is_found_and_adopted",
    "test_a_new_buyer_of_ten_orders_becomes_one_customer",
    "test_a_refusal_waits_for_a_person",
    "test_a_refused_secret_is_in_no_file_log_or_answer",
    "test_an_erp_that_cannot_be_reached_is_tried_again_by_itself",
    "test_an_erp_that_is_away_is_asked_again_by_itself",
    "test_an_invoice_in_doubt_survives_a_restart",
    "test_an_item_that_is_added_to_the_erp_is_found",
    "test_an_order_is_invoiced_with_automation_off",
    "test_many_lost_answers_at_once_are_all_found",
    "test_many_people_who_click_at_once_make_one_invoice",
    "unconnected",
]

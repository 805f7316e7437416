"""Pages about papers (文书)."""

from django.urls import path

from anju.documents.pages import asked_tables, bindings, checker, corrections, delivery, documents, numbers, remarks
from anju.documents.pages.styles import editor, office_styles

app_name = "documents"
urlpatterns = [
    path("", documents.list_documents, name="list"),
    path("write/", documents.write_document, name="write"),
    path("check/", checker.show_upload, name="check"),
    path("check/upload/", checker.upload_paper, name="check-upload"),
    path("check/<str:digest>/", checker.show_findings, name="checked"),
    path("check/<str:digest>/annotated/<str:form>/", checker.download_annotated, name="annotated"),
    path("tables/", asked_tables.list_tables, name="tables"),
    path("tables/read/", asked_tables.read_head, name="tables-read"),
    path("tables/keep/", asked_tables.keep_table, name="tables-keep"),
    path("tables/<int:pk>/", asked_tables.show_table, name="table"),
    path("tables/<int:pk>/picks/", asked_tables.show_picks, name="table-picks"),
    path("tables/<int:pk>/drop/", asked_tables.drop_table, name="table-drop"),
    path("tables/<int:pk>/download/<str:form>/", asked_tables.download_table, name="table-download"),
    path("styles/", office_styles.list_styles, name="styles"),
    path("styles/begin/", editor.begin_style, name="style-begin"),
    path("styles/of/<slug:kind>/", editor.show_style_of, name="style-of"),
    path("styles/of/<slug:kind>/preview/", editor.show_preview_of, name="style-of-preview"),
    path("styles/<int:pk>/", office_styles.show_style, name="style"),
    path("styles/<int:pk>/change/", editor.work_style, name="style-work"),
    path("styles/<int:pk>/save/", office_styles.save_style, name="style-save"),
    path("styles/<int:pk>/preview/", editor.show_preview, name="style-preview"),
    *(
        path(f"styles/<int:pk>/act/{name}/", view, name=f"style-{name}")
        for name, view in office_styles.STYLE_ACTS.items()
    ),
    path("bindings/", bindings.list_bindings, name="bindings"),
    path("bindings/read/", bindings.read_binding, name="bindings-read"),
    path("bindings/<int:pk>/", bindings.show_binding, name="binding"),
    path("bindings/<int:pk>/answer/", bindings.answer_number, name="binding-answer"),
    path("bindings/<int:pk>/certain/", bindings.confirm_certain, name="binding-certain"),
    path("bindings/<int:pk>/style/", bindings.make_style, name="binding-style"),
    path("bindings/<int:pk>/style.yaml", bindings.download_style, name="binding-style-file"),
    path("bindings/<int:pk>/drop/", bindings.drop_binding, name="binding-drop"),
    path("numbers/", numbers.show_numbers, name="numbers"),
    path("numbers/reserve/", numbers.reserve_number, name="reserve-number"),
    path("numbers/explain/", numbers.explain_gap, name="explain-gap"),
    path("numbers/<int:pk>/void/", numbers.void_number, name="void-number"),
    path("<int:pk>/", documents.show_document, name="document"),
    path("<int:pk>/stale/", documents.show_stale_sentences, name="stale"),
    path("<int:pk>/edit/", documents.edit_document, name="edit"),
    *(path(f"<int:pk>/act/{name}/", view, name=name) for name, view in documents.ACTS.items()),
    path("<int:pk>/correction/draft/", corrections.draft_correction, name="draft-correction"),
    path("<int:pk>/correction/dismiss/", corrections.dismiss_correction, name="dismiss-correction"),
    path("<int:pk>/remark/", remarks.give_remark, name="remark"),
    path("<int:pk>/remarks/<int:remark_id>/answer/", remarks.answer_remark, name="answer-remark"),
    path("<int:pk>/scans/keep/", delivery.keep_scan, name="keep-scan"),
    path("<int:pk>/scans/<int:scan_id>/", delivery.download_scan, name="scan"),
    path("<int:pk>/scans/<int:scan_id>/confirm/", delivery.confirm_scan, name="confirm-scan"),
    path("<int:pk>/send/", delivery.send_document, name="send"),
    path("received/", delivery.list_deliveries, name="deliveries"),
    path("received/<int:pk>/", delivery.show_delivery, name="delivery"),
    path("received/<int:pk>/sign/", delivery.receive_document, name="receive"),
    path("received/<int:pk>/paper.pdf", delivery.download_delivery, name="delivery-pdf"),
    path("<int:pk>/compare/", documents.compare_document, name="compare"),
    path("<int:pk>/download/<str:form>/", documents.download_document, name="download"),
]

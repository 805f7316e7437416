"""/returns/: what is due, a return, its acts."""

from django.urls import path

from anju.returns.pages import acts, extensions, files, form, returns

app_name = "returns"
urlpatterns = [
    path("", returns.show_home, name="home"),
    path("open/", acts.open_return, name="open"),
    path("close/", acts.lock_period, name="close"),
    path("send-back/", acts.send_returns_back, name="send-back-many"),
    path("urge/", acts.urge_units, name="urge"),
    path("audit/", acts.download_audit, name="audit"),
    path("<int:pk>/", form.show_return, name="return"),
    path("<int:pk>/fill/", form.fill_cells, name="fill"),
    path("<int:pk>/refresh/", acts.refresh_return, name="refresh"),
    path("<int:pk>/answer/", form.answer_check, name="answer"),
    path("<int:pk>/waive/", form.waive_check, name="waive"),
    path("<int:pk>/note/", form.write_explanation, name="note"),
    path("<int:pk>/cell/", form.show_cell, name="cell"),
    path("<int:pk>/compare/", form.compare_correction, name="compare"),
    path("<int:pk>/hand-in/", acts.hand_in_return, name="hand-in"),
    path("<int:pk>/withdraw/", acts.withdraw_return, name="withdraw"),
    path("<int:pk>/review/", acts.review_return, name="review"),
    path("<int:pk>/opine/", acts.give_opinion, name="opine"),
    path("<int:pk>/clear/", acts.end_joint_review, name="clear"),
    path("<int:pk>/submit/", acts.submit_return, name="submit"),
    path("<int:pk>/lock/", acts.lock_return, name="lock"),
    path("<int:pk>/send-back/", acts.send_return_back, name="send-back"),
    path("<int:pk>/extension/", extensions.show_extension, name="extension"),
    path("<int:pk>/extension/ask/", extensions.ask_extension, name="ask-extension"),
    path("<int:pk>/extension/decide/", extensions.decide_extension, name="decide-extension"),
    path("<int:pk>/correct/", acts.correct_return, name="correct"),
    path("<int:pk>/discard/", acts.discard_correction, name="discard"),
    path("<int:pk>/print.<str:ending>", files.download_form, name="print"),
    path("<int:pk>/workbook.xlsx", files.download_workbook, name="offline"),
    path("<int:pk>/workbook/", files.merge_workbook, name="merge"),
    path("<int:pk>/scan/", files.keep_scan, name="scan"),
    path("<int:pk>/scan/<int:scan_id>/", files.show_scan, name="kept"),
    path("<int:pk>/receiver/<slug:code>/", files.show_receiver, name="receiver"),
    path("<int:pk>/receiver/<slug:code>/copy.xlsx", files.download_copy_sheet, name="copied"),
    path("<int:pk>/receiver/<slug:code>/file/", files.download_export, name="exported"),
    path("<int:pk>/receiver/<slug:code>/sent/", files.register_sent, name="sent"),
    path("<int:pk>/receiver/<slug:code>/receipt/", files.register_receipt, name="receipt"),
    path("<int:pk>/receiver/<slug:code>/read-back/", files.read_back, name="read-back"),
]

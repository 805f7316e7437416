"""/returns/: what is due, a return, its acts."""

from django.urls import path

from anju.returns.pages import acts, files, form, returns

app_name = "returns"
urlpatterns = [
    path("", returns.home, name="home"),
    path("open/", acts.open_one, name="open"),
    path("close/", acts.close, name="close"),
    path("audit/", acts.audit, name="audit"),
    path("<int:pk>/", form.form, name="return"),
    path("<int:pk>/fill/", form.fill, name="fill"),
    path("<int:pk>/refresh/", acts.refresh, name="refresh"),
    path("<int:pk>/answer/", form.answer, name="answer"),
    path("<int:pk>/waive/", form.waive, name="waive"),
    path("<int:pk>/note/", form.note, name="note"),
    path("<int:pk>/cell/", form.cell, name="cell"),
    path("<int:pk>/compare/", form.compare, name="compare"),
    path("<int:pk>/hand-in/", acts.hand_in, name="hand-in"),
    path("<int:pk>/withdraw/", acts.withdraw, name="withdraw"),
    path("<int:pk>/review/", acts.review, name="review"),
    path("<int:pk>/opine/", acts.opine, name="opine"),
    path("<int:pk>/clear/", acts.clear, name="clear"),
    path("<int:pk>/submit/", acts.submit, name="submit"),
    path("<int:pk>/lock/", acts.lock, name="lock"),
    path("<int:pk>/send-back/", acts.send_back, name="send-back"),
    path("<int:pk>/correct/", acts.correct, name="correct"),
    path("<int:pk>/print.<str:ending>", files.printed, name="print"),
    path("<int:pk>/workbook.xlsx", files.offline, name="offline"),
    path("<int:pk>/workbook/", files.merge, name="merge"),
    path("<int:pk>/scan/", files.scan, name="scan"),
    path("<int:pk>/scan/<int:scan_id>/", files.kept, name="kept"),
    path("<int:pk>/receiver/<slug:code>/", files.receiver, name="receiver"),
    path("<int:pk>/receiver/<slug:code>/copy.xlsx", files.copied, name="copied"),
    path("<int:pk>/receiver/<slug:code>/file/", files.exported, name="exported"),
    path("<int:pk>/receiver/<slug:code>/sent/", files.register_sent, name="sent"),
    path("<int:pk>/receiver/<slug:code>/receipt/", files.register_receipt, name="receipt"),
    path("<int:pk>/receiver/<slug:code>/read-back/", files.read_back, name="read-back"),
]

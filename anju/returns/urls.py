"""/returns/: what is due, a return, its acts."""

from django.urls import path

from anju.returns.views import acts, form, home

app_name = "returns"
urlpatterns = [
    path("", home.home, name="home"),
    path("open/", acts.open_one, name="open"),
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
]

"""Pages about dispatch (调度) and instructions (批示)."""

from django.urls import path

from anju.oversight.pages import dispatch, instructions

app_name = "oversight"
urlpatterns = [
    path("", dispatch.show_dispatch, name="dispatch"),
    path("write/", dispatch.write_pack, name="write"),
    path("instructions/", instructions.show_instructions, name="instructions"),
    path("instructions/new/", instructions.give_instruction, name="instruct"),
    path("demands/<int:pk>/", instructions.show_demand, name="demand"),
    path("demands/<int:pk>/answer/", instructions.answer_demand, name="answer"),
    path("demands/<int:pk>/again/", instructions.ask_again, name="ask-again"),
    path("demands/<int:pk>/close/", instructions.close_demand, name="close-demand"),
    path("demands/<int:pk>/evidence/<int:step_id>/", instructions.download_evidence, name="demand-evidence"),
]

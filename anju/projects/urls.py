"""The project library's addresses. Where and when stand in each: ?region=…&period=…"""

from django.urls import path

from anju.projects.pages import adjustments, cohorts, entries, events, project, project_acts, projects, site, workbook
from anju.projects.pages.site import evidence, photo

app_name = "projects"
urlpatterns = [
    path("", projects.names, name="list"),
    path("table/", projects.table, name="table"),
    path("table/save/", projects.save, name="save"),
    path("map/", projects.places, name="map"),
    path("export.xlsx", workbook.export, name="export"),
    path("import/", workbook.bring, name="import"),
    path("import/<str:digest>/", workbook.check, name="check"),
    path("import/<str:digest>/marked.xlsx", workbook.marked, name="marked"),
    path("new/", project_acts.new, name="new"),
    path("ledger/", entries.ledger, name="ledger"),
    path("count/", entries.count, name="count"),
    path("ledger/open/", entries.open_all, name="open-entries"),
    path("ledger/look/", entries.look, name="look"),
    path("ledger/<int:pk>/explain/", entries.explain, name="explain-entry"),
    path("ledger/<int:pk>/report/", entries.report, name="report-entry"),
    path("ledger/<int:pk>/consent/", entries.consent, name="consent-entry"),
    path("ledger/<int:pk>/close/", entries.close, name="close-entry"),
    path("ledger/<int:pk>/reopen/", entries.reopen, name="reopen-entry"),
    path("cohorts/new/", cohorts.fix, name="fix-cohort"),
    path("cohorts/<int:pk>/", cohorts.cohort, name="cohort"),
    path("<int:pk>/", project.project, name="project"),
    path("<int:pk>/total/<str:kind>/", project.total, name="total"),
    path("<int:pk>/edit/", project_acts.edit, name="edit"),
    path("<int:pk>/plan/", project_acts.plan, name="plan"),
    path("<int:pk>/record/", events.record, name="record"),
    path("<int:pk>/meet/<str:code>/", events.meet, name="meet"),
    path("<int:pk>/publish/", events.publish, name="publish"),
    path("<int:pk>/correct/", adjustments.correct, name="correct"),
    path("<int:pk>/adjust/", adjustments.adjust, name="adjust"),
    path("<int:pk>/replace/", adjustments.replace, name="replace"),
    path("<int:pk>/cancel/", adjustments.cancel, name="cancel"),
    path("<int:pk>/close/", adjustments.close, name="close"),
    path("<int:pk>/reopen/", adjustments.reopen, name="reopen"),
    path("<int:pk>/site/", site.site, name="site"),
    path("events/<int:pk>/mend/", events.mend, name="mend"),
    path("events/<int:pk>/evidence/", evidence, name="evidence"),
    path("photos/<int:pk>/", photo, name="photo"),
]

"""The project library's addresses. Where and when stand in each: ?region=…&period=…"""

from django.urls import path

from anju.projects.views import acts, bulk, ledger, listing, one, site

app_name = "projects"
urlpatterns = [
    path("", listing.names, name="list"),
    path("table/", listing.table, name="table"),
    path("table/save/", listing.save, name="save"),
    path("map/", listing.places, name="map"),
    path("export.xlsx", bulk.export, name="export"),
    path("import/", bulk.bring, name="import"),
    path("import/<str:digest>/", bulk.check, name="check"),
    path("import/<str:digest>/marked.xlsx", bulk.marked, name="marked"),
    path("new/", acts.new, name="new"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("count/", ledger.count, name="count"),
    path("ledger/open/", ledger.open_all, name="open-entries"),
    path("ledger/look/", ledger.look, name="look"),
    path("ledger/<int:pk>/explain/", ledger.explain, name="explain-entry"),
    path("ledger/<int:pk>/report/", ledger.report, name="report-entry"),
    path("ledger/<int:pk>/consent/", ledger.consent, name="consent-entry"),
    path("ledger/<int:pk>/close/", ledger.close, name="close-entry"),
    path("ledger/<int:pk>/reopen/", ledger.reopen, name="reopen-entry"),
    path("cohorts/new/", ledger.fix, name="fix-cohort"),
    path("cohorts/<int:pk>/", ledger.cohort, name="cohort"),
    path("<int:pk>/", one.project, name="project"),
    path("<int:pk>/total/<str:kind>/", one.total, name="total"),
    path("<int:pk>/edit/", acts.edit, name="edit"),
    path("<int:pk>/plan/", acts.plan, name="plan"),
    path("<int:pk>/record/", acts.record, name="record"),
    path("<int:pk>/meet/<str:code>/", acts.meet, name="meet"),
    path("<int:pk>/publish/", acts.publish, name="publish"),
    path("<int:pk>/correct/", acts.correct, name="correct"),
    path("<int:pk>/adjust/", acts.adjust, name="adjust"),
    path("<int:pk>/replace/", acts.replace, name="replace"),
    path("<int:pk>/cancel/", acts.cancel, name="cancel"),
    path("<int:pk>/close/", acts.close, name="close"),
    path("<int:pk>/reopen/", acts.reopen, name="reopen"),
    path("<int:pk>/site/", site.site, name="site"),
    path("events/<int:pk>/mend/", acts.mend, name="mend"),
    path("events/<int:pk>/evidence/", one.evidence, name="evidence"),
    path("photos/<int:pk>/", one.photo, name="photo"),
]

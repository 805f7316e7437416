"""The project library's addresses. Where and when stand in each: ?region=…&period=…"""

from django.urls import path

from anju.projects.pages import adjustments, cohorts, entries, events, project, project_acts, projects, site, workbook
from anju.projects.pages.site import show_evidence, show_photo

app_name = "projects"
urlpatterns = [
    path("", projects.list_projects, name="list"),
    path("table/", projects.show_table, name="table"),
    path("table/save/", projects.save_cells, name="save"),
    path("map/", projects.show_map, name="map"),
    path("export.xlsx", workbook.export_projects, name="export"),
    path("import/", workbook.upload_workbook, name="import"),
    path("import/<str:digest>/", workbook.check_workbook, name="check"),
    path("import/<str:digest>/marked.xlsx", workbook.download_marked, name="marked"),
    path("new/", project_acts.register_project, name="new"),
    path("ledger/", entries.show_ledger, name="ledger"),
    path("count/", entries.publish_counts, name="count"),
    path("ledger/open/", entries.open_entries, name="open-entries"),
    path("ledger/look/", entries.scan_region, name="look"),
    path("ledger/<int:pk>/explain/", entries.explain_entry, name="explain-entry"),
    path("ledger/<int:pk>/report/", entries.report_entry, name="report-entry"),
    path("ledger/<int:pk>/consent/", entries.consent_to_entry, name="consent-entry"),
    path("ledger/<int:pk>/close/", entries.close_entry, name="close-entry"),
    path("ledger/<int:pk>/reopen/", entries.reopen_entry, name="reopen-entry"),
    path("cohorts/new/", cohorts.save_cohort, name="fix-cohort"),
    path("cohorts/<int:pk>/", cohorts.show_cohort, name="cohort"),
    path("<int:pk>/", project.show_project, name="project"),
    path("<int:pk>/total/<str:kind>/", project.show_total, name="total"),
    path("<int:pk>/edit/", project_acts.edit_project, name="edit"),
    path("<int:pk>/plan/", project_acts.plan_project, name="plan"),
    path("<int:pk>/record/", events.record_event, name="record"),
    path("<int:pk>/meet/<str:code>/", events.meet_condition, name="meet"),
    path("<int:pk>/publish/", events.publish_due_date, name="publish"),
    path("<int:pk>/correct/", adjustments.correct_plan, name="correct"),
    path("<int:pk>/adjust/", adjustments.adjust_plan, name="adjust"),
    path("<int:pk>/replace/", adjustments.replace_project, name="replace"),
    path("<int:pk>/cancel/", adjustments.cancel_project, name="cancel"),
    path("<int:pk>/close/", adjustments.close_project, name="close"),
    path("<int:pk>/reopen/", adjustments.reopen_project, name="reopen"),
    path("<int:pk>/site/", site.show_site, name="site"),
    path("events/<int:pk>/mend/", events.mend_event, name="mend"),
    path("events/<int:pk>/evidence/", show_evidence, name="evidence"),
    path("photos/<int:pk>/", show_photo, name="photo"),
]

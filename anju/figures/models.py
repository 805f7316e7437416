"""What is counted, where each number came from, and which number stands now.

Observations are append-only: the application's role has neither UPDATE nor DELETE, and a trigger refuses them to the owner too.
current_figure is kept in the same transaction as the observation and is what pages read.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.figures.figure import HARDLY_ADDED, NEVER_ADDED, NUMBER, SHARE, STATES
from anju.quantities import APPROXIMATE, unit_of_measure

REFERENCES = ("of", "target_of", "share_of", "numerator", "denominator", "weight")  # of a measure to others


class Calibre(models.Model):
    """A way of counting the same measure (口径); "" is none. A target's calibre is the level that set it."""

    code = models.CharField(primary_key=True, max_length=40)
    name = models.CharField(max_length=100)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = "口径"
        db_table = "figures_calibre"

    def __str__(self) -> str:
        return self.name or self.code


class Measure(models.Model):
    """A measure (统计指标) of the catalogue. kind ratio and sum are computed when read and never stored; relative ones (a satisfaction, a score,
    a standard, an average) are stored and never added. weight: of an average, what it is the average over (户均面积: 户数); a place that has none of
    its own has that of its parts, weighed.

    units: other units it may be printed in, one for one (套 and 户). complete: the parts of this dimension leave no remainder.
    share_of: what it is a share of when it is printed as one (总户数的二分之一). calibres: those it may be published under, besides none.
    """

    class Kind(models.TextChoices):
        STOCK = "stock", "时点数"
        FLOW = "flow", "当期数"
        CUMULATIVE = "cumulative", "累计数"
        RELATIVE = "relative", "相对数、平均数"
        RATIO = "ratio", "比率"
        SUM = "sum", "合计"

    code = models.CharField(primary_key=True, max_length=80)
    name = models.CharField(max_length=100)
    unit = models.CharField(max_length=10)
    units = ArrayField(models.CharField(max_length=10), default=list)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    of = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    dimension = models.CharField(max_length=40, blank=True)
    member = models.CharField(max_length=60, blank=True)
    complete = models.BooleanField(default=False)
    target_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="targets")
    share_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    numerator = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    denominator = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    weight = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    terms = ArrayField(models.CharField(max_length=80), default=list)
    places = models.SmallIntegerField(null=True)
    local_places = models.JSONField(
        default=dict, help_text="region code → places its rates are published with, and the file that says so"
    )
    calibres = ArrayField(models.CharField(max_length=40), default=list)
    note = models.CharField(max_length=400, blank=True)
    order = models.IntegerField(default=0)
    origin = models.CharField(max_length=100, help_text="catalogue, or the file of the place that brought it")

    class Meta:
        verbose_name = "统计指标"
        db_table = "figures_measure"
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("figures:measure", self.code)

    @property
    def is_computed(self) -> bool:
        return self.kind in (self.Kind.RATIO, self.Kind.SUM)

    @property
    def adds(self) -> bool:
        """Whether a sum of it over places or parts means anything."""
        if self.kind in (self.Kind.RATIO, self.Kind.RELATIVE):
            return False
        family = unit_of_measure(self.unit).family
        return family not in NEVER_ADDED and not (self.kind == self.Kind.STOCK and family in HARDLY_ADDED)


class Source(models.Model):
    """One act that brought observations: an import with its file, an entry, an assumption, a ledger's publication."""

    class Kind(models.TextChoices):
        IMPORT = "import", "导入"
        ENTRY = "entry", "填报"
        CORRECTION = "correction", "更正"
        ASSUMPTION = "assumption", "推定"
        LEDGER = "ledger", "台账"
        RETURN = "return", "报表"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.TextField(blank=True)
    file_name = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    content = models.BinaryField(null=True)
    map_id = models.TextField(blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    period = models.CharField(max_length=10)
    answers = models.JSONField(default=list)
    by = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=100, blank=True)
    undo_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = "数据来源"
        db_table = "figures_source"
        indexes = [models.Index(fields=["sha256", "map_id"], name="source_by_file")]

    def __str__(self) -> str:
        return self.title or self.file_name or self.get_kind_display()


class TargetDocument(models.Model):
    """A document that sets targets (下达文件). region: the one whose total it divides among its parts."""

    class Level(models.TextChoices):
        """The codes are those of kinds of regions; the label is also the calibre that the level's targets are published under."""

        NATION = "nation", "国家"
        PROVINCE = "province", "省"
        CITY = "city", "市"
        COUNTY = "county", "县"

    number = models.CharField(max_length=100, help_text="文号")
    title = models.TextField()
    level = models.CharField(max_length=10, choices=Level.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    issued_on = models.DateField(null=True, help_text="NULL: a superior's document that is only known by its number")
    effective_on = models.DateField(null=True)

    class Meta:
        verbose_name = "下达文件"
        db_table = "figures_target_document"
        constraints = [models.UniqueConstraint(fields=["number", "region"], name="one_target_document_per_number")]

    def __str__(self) -> str:
        return self.number


class Node(models.Model):
    """A node (节点): how much of a target a document wants done by a day — a share of it, or a number. One row for each region it binds.

    number, level, issued_on: the document's, for those below, who do not see the document itself. value: base units of the target's measure.
    """

    document = models.ForeignKey(TargetDocument, models.PROTECT, related_name="nodes")
    number = models.CharField(max_length=100)
    level = models.CharField(max_length=10, choices=TargetDocument.Level.choices)
    issued_on = models.DateField(null=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(Measure, models.PROTECT, related_name="+")
    actual = models.ForeignKey(Measure, models.PROTECT, related_name="+")
    on = models.DateField()
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    value = models.BigIntegerField(null=True)
    by = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "节点"
        db_table = "figures_node"
        ordering = ["on", "target_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "document", "target", "on"], name="one_node_a_day"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, numerator=None, denominator=None)
                | Q(
                    value=None,
                    numerator__isnull=False,
                    numerator__gt=0,
                    denominator__isnull=False,
                    denominator__gte=F("numerator"),
                ),
                name="node_is_a_share_or_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.on}"


def state_rules(prefix: str) -> list[models.CheckConstraint]:
    """No state but those that pages know, and a value where and only where the state has one."""
    return [
        models.CheckConstraint(condition=Q(state__in=list(STATES)), name=f"{prefix}state_is_known"),
        models.CheckConstraint(
            condition=Q(state=NUMBER, value__isnull=False) | (~Q(state=NUMBER) & Q(value__isnull=True)),
            name=f"{prefix}number_has_value",
        ),
    ]


class Keyed(models.Model):
    """What an observation and the current figure share."""

    # One index by key serves them all; one each would double the cost of an import.
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="+", db_index=False)
    calibre = models.ForeignKey(Calibre, models.PROTECT, related_name="+", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    period = models.CharField(max_length=10)
    state = models.CharField(max_length=14, choices=list(STATES.items()))
    value = models.BigIntegerField(null=True, help_text="base units (anju.quantities); NULL is unknown")
    unit = models.CharField(max_length=10, help_text="as printed")
    places = models.SmallIntegerField(help_text="decimals as printed")
    approx = models.CharField(max_length=2, blank=True, choices=[(name, name) for name in APPROXIMATE])
    assumed = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Observation(Keyed):
    """One value of one measure for one region and period (填报数), and where it came from. Append-only."""

    basis = models.TextField(blank=True, help_text="推定依据")
    source = models.ForeignKey(Source, models.PROTECT, related_name="observations")
    sheet = models.TextField(blank=True)
    cell = models.CharField(max_length=10, blank=True)
    raw = models.TextField(blank=True, help_text="what the cell showed")
    cited = models.TextField(blank=True, help_text="出处, where the row itself says so")
    by = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="superseded_by", db_index=False)
    reason = models.TextField(blank=True)
    document = models.ForeignKey(TargetDocument, models.PROTECT, null=True, related_name="lines", db_index=False)
    effective_on = models.DateField(null=True)
    scope_note = models.TextField(blank=True)
    increment = models.BigIntegerField(null=True, help_text="追加: what its document adds; value is the sum in force")
    share_numerator = models.BigIntegerField(null=True)
    share_denominator = models.BigIntegerField(null=True)
    share_of = models.ForeignKey(Measure, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = "填报数"
        db_table = "figures_observation"
        indexes = [
            models.Index(fields=["region", "period", "measure", "calibre", "-id"], name="observation_by_key"),
            models.Index(fields=["supersedes"], name="observation_superseded", condition=Q(supersedes__isnull=False)),
            models.Index(fields=["document"], name="observation_by_document", condition=Q(document__isnull=False)),
        ]
        constraints = [
            *state_rules(""),
            models.CheckConstraint(
                condition=Q(state=SHARE, share_numerator__isnull=False, share_denominator__gt=0, share_of__isnull=False)
                | (~Q(state=SHARE) & Q(share_numerator=None, share_denominator=None, share_of=None)),
                name="share_has_its_fraction",
            ),
            models.CheckConstraint(condition=Q(assumed=False) | ~Q(basis=""), name="assumption_has_basis"),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True) | Q(supersedes__lt=F("id")), name="supersedes_an_earlier_one"
            ),
            models.CheckConstraint(condition=Q(places__range=(0, 30)), name="places_are_decimals"),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.period}（第{self.pk}号）"


class Undone(models.Model):
    """An observation taken back with its import. A row of its own, because observations are never changed; by region, so that all who see
    the observation see that it no longer counts."""

    observation = models.OneToOneField(Observation, models.PROTECT, primary_key=True, related_name="undone")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = "撤销的数"
        db_table = "figures_undone"

    def __str__(self) -> str:
        return f"第{self.observation_id}号"


class CurrentFigure(Keyed):
    """The observation that stands now for a key. Kept with every write, rebuilt and compared by `anju figures rebuild`."""

    observation = models.OneToOneField(Observation, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "现行数"
        db_table = "figures_current"
        constraints = [
            models.UniqueConstraint(fields=["region", "period", "measure", "calibre"], name="one_current_figure"),
            *state_rules("current_"),
        ]
        # Which periods there are of a measure, and whether a place has one: asked on every overview (latest.py).
        indexes = [
            models.Index(
                fields=["measure", "period", "region"],
                name="current_told",
                condition=models.Q(calibre="", state="number"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.period}"

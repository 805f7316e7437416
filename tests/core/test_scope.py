def test_operator_has_every_region(operator):
    from anju.core.models import Region

    assert len(operator.region_ids) == Region.objects.count() > 3000

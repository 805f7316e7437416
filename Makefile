# 两条命令：make demo（装好并演示）、make test（装好并测试）。其余见 README。
PYTHON ?= python3
BIN := .venv/bin
# Each worker gets whole files (tests/conftest.py), the slow ones first.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder --ignore=tests/scale
HAS_SPARK := command -v java >/dev/null && $(BIN)/python -c 'import pyspark' 2>/dev/null

.PHONY: install install-dev install-scale demo test test-fast test-scale soak lint bench bundle clean

install: .venv/.installed
install-dev: .venv/.installed-dev

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "安居需要 Python 3.11 或更高版本，当前是 " + sys.version.split()[0])'
	@$(PYTHON) -m venv .venv || { echo "无法建立虚拟环境。Debian 系统请先安装：apt-get install python3-venv"; exit 1; }

.venv/.installed: requirements.txt pyproject.toml | .venv/bin/python
	@echo "正在安装依赖（首次约一两分钟）……"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# What only the tests need from the system: Chromium, Chinese fonts, pdftoppm.
.venv/.installed-dev: .venv/.installed scripts/system-packages
	@scripts/system-packages
	@touch $@

# Spark, the engine of a cluster (docs/spark.md): some 300 MB that nothing else needs.
install-scale: install
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements-scale.txt

demo: install
	@$(BIN)/anju demo

test: install-dev
	@$(PYTEST)
	@if $(HAS_SPARK); then $(MAKE) --no-print-directory test-scale; else echo "机器上没有 Java 或 pyspark（make install-scale），没有测 Spark 引擎。"; fi

# A master and two workers on loopback; every book there and on DuckDB.
test-scale: install
	@$(HAS_SPARK) || { echo "测 Spark 引擎要有 Java 17 和 pyspark：make install-scale"; exit 1; }
	@$(BIN)/python -m pytest tests/scale

# The daily loop: no browser, no processes and clusters of their own, no kills, races and random books.
test-fast: install
	@$(PYTEST) -m 'not browser and not processes and not slow and not soak'

# Kills, races, interrupts and random books, of which `make test` runs a sample: for hours.
soak: install-dev
	@ANJU_MUTATIONS=1500 ANJU_KILLS=2000 ANJU_RACES=10000 ANJU_INTERRUPTS=50 ANJU_RANDOM_BOOKS=20000 ANJU_RANDOM_ROWS=500 ANJU_EXAMPLES=10000 $(PYTEST) -m 'soak or examples'

lint: install
	@$(BIN)/ruff format --check --quiet . || { echo "代码没有按格式排好，请运行：$(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: install
	@$(BIN)/python -m benchmarks

# An archive with which a machine without internet installs everything: docs/install-offline.md.
bundle: install
	@$(BIN)/python scripts/bundle

clean:
	rm -rf .venv out dist

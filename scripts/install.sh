#!/bin/sh
# 在不联网的机器上安装安居：sh install.sh [安装目录]。不访问网络；数据目录不动，升级也用它。
set -eu
cd "$(dirname "$0")"
if [ "$(id -u)" = 0 ]; then usual=/opt/anju; else usual="$HOME/anju"; fi
target=${1:-$usual}
python=${PYTHON:-python3}
wanted=$(cat python-version)

stop() { echo "没有安装：$1" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 || stop "没有找到 $python。请先安装 Python $wanted（用系统的安装光盘或内部软件源），或用 PYTHON=路径 指明。"
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
[ "$found" = "$wanted" ] || stop "这个安装包是给 Python $wanted 的，$python 是 $found。请用 PYTHON=路径 指明 Python $wanted，或换对应的安装包。"
sha256sum --check --quiet SHA256SUMS >&2 || stop "安装包不完整或被改动过。请重新拷贝，核对安装包的 SHA-256。"

echo "正在安装到 $target……"
"$python" -m venv "$target" || stop "不能建立虚拟环境 $target。Debian、Ubuntu 请先安装 python3-venv；并确认目录可写。"
"$target/bin/python" -m pip --isolated --disable-pip-version-check install --quiet --no-index --find-links wheels \
  --require-hashes -r requirements.txt || stop "组件没有装上。请核对机器的系统和处理器与安装包一致。"
"$target/bin/python" -m pip --isolated --disable-pip-version-check install --quiet --no-index --no-deps --force-reinstall \
  wheels/anju-*.whl || stop "程序没有装上。"

echo "已安装。体检："
"$target/bin/anju" doctor || echo "有要处理的地方，请按上面箭头后的办法做。"
echo "打开网站：$target/bin/anju serve　　先看看示例：ANJU_HOME=/var/tmp/anju-practice $target/bin/anju demo"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the module loader says of modules that use symbols exported with
# EXPORT_SYMBOL_USERSPACE_GPL(), as Documentation/core-api/symbol-userspace.rst and
# symbol-userspace-maintainers.rst have it. Where a kernel refuses a module, one
# with CONFIG_MODULE_ALLOW_MISSING_USERSPACE=y has to warn in the same words.

DIR="$(dirname "$(readlink -f "$0")")"
# shellcheck disable=SC1091
. "$DIR"/../kselftest/ktap_helpers.sh

export LC_ALL=C
mods=$DIR/test_modules
enforce=/sys/module/module/parameters/userspace_enforce
url="https://example.org/u MIT"

skip_all()
{
	ktap_print_header
	ktap_skip_all "$1"
	exit "$KSFT_SKIP"
}

# load MODULE [DIRECTORY]: the name of each module has test_userspace_ in front. Set
# $errno, what the log says of it in $log, and its attribute in sysfs in $shown.
load()
{
	mod=test_userspace_$1
	mark="userspace.sh $$: test $KTAP_TESTNO, $mod"
	echo "$mark" > /dev/kmsg
	errno=$("$insmod" "${2:-$mods}/$mod.ko" 2>&1)
	case $errno in
	"") errno=0 ;;
	*": Permission denied") errno=EACCES ;;
	*": No such device or address") errno=ENXIO ;;
	*": Operation not permitted") errno=EPERM ;;
	*": Key was rejected by service") errno=EKEYREJECTED ;;
	esac
	log=$(dmesg | sed "1,/$mark\$/d" | sed -n "s/^\(\[.*\] \)\{0,1\}$mod: //p" |
		grep -v "taints kernel\.\$\|^module verification failed")
	shown=$(cat "/sys/module/$mod/userspace" 2>/dev/null || echo nothing)
}

unload()
{
	[ ! -d "/sys/module/test_userspace_$1" ] || rmmod "test_userspace_$1"
}

# is DESCRIPTION ERRNO LOG SHOWN: what load() found
is()
{
	if [ "$errno, $log, $shown" = "$2, $3, $4" ]; then
		ktap_test_pass "$1"
	else
		ktap_print_msg "got $errno, log: $log, sysfs: $shown"
		ktap_print_msg "not $2, log: $3, sysfs: $4"
		ktap_test_fail "$1"
	fi
}

# accepted DESCRIPTION MODULE SHOWN [DIRECTORY]
accepted()
{
	load "$2" "$4"
	case $4,$errno in
	/*,EPERM | /*,EKEYREJECTED)
		ktap_print_msg "the kernel loads no copy without a signature"
		ktap_test_skip "$1: loads" ;;
	*)
		is "$1: loads" 0 "" "$3" ;;
	esac
}

# refused DESCRIPTION MODULE [SYMBOL HOW]
refused()
{
	load "$2"
	why="uses test_userspace_${3:-gated}, ${4:-exported by test_userspace_exporter}"
	why="$why only to modules with a free userspace, but has no valid declaration."
	if [ "$relaxed" ]; then
		is "$1: loads with a warning" 0 "$why" nothing
	else
		is "$1: is refused" EACCES "$why" nothing
	fi
	unload "$2"
}

# forge MODULE SED: a copy in $tmp, without the signature, which no longer fits. What
# is replaced keeps its length.
forge()
{
	sed -e "$2" -e "s/~Module signature appended~/~Module signature outdated~/" \
		"$mods/test_userspace_$1.ko" > "$tmp/test_userspace_$1.ko"
}

cleanup()
{
	for ko in "$mods"/*.ko; do
		mod=${ko##*/test_userspace_}
		mod=${mod%.ko}
		case $mod in
		lender | library | exporter) ;;
		*) unload "$mod" ;;
		esac
	done
	unload lender
	unload library
	unload exporter
	rm -rf "$tmp"
}

[ "$(id -u)" -eq 0 ] || skip_all "must be run as root"
[ -e /proc/modules ] || skip_all "the kernel has no loadable modules"
[ -e $enforce ] || skip_all "the kernel has no symbols for modules with a free userspace"
[ -c /dev/kmsg ] || skip_all "there is no /dev/kmsg"
[ -e "$mods/test_userspace_exporter.ko" ] || skip_all "the modules are not built"
# Others try again, another way, if the kernel refuses. busybox knows them by name.
insmod=$(which insmod) || skip_all "there is no insmod"
"$insmod" --version 2>&1 | grep -q ^kmod || skip_all "needs the insmod of kmod"

tmp=$(mktemp -d) || exit "$KSFT_FAIL"
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
relaxed=$(grep N $enforce)

load exporter
case $errno in
EPERM | EKEYREJECTED)
	skip_all "the kernel loads no such modules: $errno" ;;
esac
if [ "$errno" = 0 ] && [ ! -e /sys/module/test_userspace_exporter/refcnt ]; then
	skip_all "the kernel can't unload modules"
fi

ktap_print_header
ktap_set_plan 19

is "no gated symbol used, no declaration: loads" 0 "" nothing
accepted "no gated symbol used, declared" unused "$url"
unload unused
accepted "no gated symbol used, malformed declaration" unused_malformed nothing
unload unused_malformed

refused "no declaration" undeclared
refused "no declaration, weak reference" weak
refused "malformed declaration" malformed
refused "license that is not free" not_free

accepted "library with a gated export" library "library"
# modpost sees through this one, unless it was built within the kernel tree.
if grep -q userspace=library "$mods/test_userspace_no_library.ko"; then
	accepted "library without exports, built in the tree" no_library library
	unload no_library
else
	refused "library without exports" no_library
fi

accepted "declared" lender "$url"
accepted "lent symbol, declared" lent_declared "$url"
unload lent_declared
accepted "lent symbol, library" lent_library library
unload lent_library
refused "lent symbol, no declaration" lent_undeclared lent "lent by test_userspace_lender"
forge lent_undeclared s/not_in=Y/intree=Y/
accepted "lent symbol, no declaration, of the tree" lent_undeclared nothing "$tmp"
unload lent_undeclared

# modpost writes this tag into a few modules of the tree. The loader takes any.
forge lent_declared "s,$url,none known               ,"
accepted "none known" lent_declared "none known               " "$tmp"
unload lent_declared

# The log has a line of this as well, unless there were many in the last hour.
load get_undeclared
log=
if [ "$relaxed" ]; then
	is "symbol_get(), no declaration: answered" 0 "" nothing
else
	is "symbol_get(), no declaration: not answered" ENXIO "" nothing
fi
unload get_undeclared
accepted "symbol_get(), declared" get "$url"
unload get

if [ "$relaxed" ]; then
	ktap_print_msg "userspace_enforce is off"
	ktap_test_skip "userspace_enforce can't be switched off"
else
	{ echo N > $enforce; } 2>/dev/null
	ktap_test_result "userspace_enforce can't be switched off" grep -q Y $enforce
fi

unload lender
unload library
ktap_test_result "who was refused holds no reference" rmmod test_userspace_exporter

ktap_finished

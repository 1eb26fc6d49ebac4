# SPDX-License-Identifier: GPL-2.0-only
#
# Every target is one call of a script, after the packages that it needs have been
# installed: setup-<group>-<group> of series/packages. KERNEL=<git tree of linux>
# [BASE=<commit>] uses another base than the packaged one, TREE=<dir> puts the tree
# elsewhere, GROUP=<name> runs one group of the tests, QUICK=1 what takes two minutes.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

help: ## this list
	@sed -n -e 's/^##@ \(.*\)/\n\1/p' -e 's/^\([a-z0-9]*\):.*## /  \1	/p' $(MAKEFILE_LIST) | expand -t 14

##@ See it, test it

demo: setup-tree-demo ## what the series does, shown on a booted kernel
	@series/demo/demo

check: setup-tree-treewide-checkpatch-demo-check ## all tests, those of GROUP=<name>, or the QUICK=1 ones
	@tests/run $(GROUP)

setup: ## say what these two need of Debian's packages, and install it
	@series/setup

##@ Take it

tree: setup-tree ## a git tree of Linux with the series applied as commits
	@series/apply/tree

update: setup-tree ## the same, on the newest 7.3.y that the archive has
	@series/apply/tree --update

port: setup-tree-treewide ## to the next kernel: BASE=<suite>/<package>, or KERNEL=<tree> BASE=<commit>; alone it goes on, BACK=1 back
	@series/apply/port

##@ Change it

refresh: setup-tree ## take edits of whole files and of the tree back into patches/
	@series/apply/refresh

declare: setup-tree-treewide ## after an edit of a record in series/facts/: the patches that it changes, in seconds
	@series/facts/treewide --declare

treewide: setup-tree-treewide ## make the generated commits anew from the records in series/facts/
	@series/facts/treewide

evidence: setup-tree ## is what the records say still there? EVIDENCE=<dir of clones>, else git fetches
	@series/facts/evidence

picture: setup-picture ## draw the picture of what is checked where anew
	@series/apply/picture

##@ Post it

postings: setup-tree-treewide-post ## the parts as they are posted, and a table of them; nothing is sent
	@series/posting/postings

changelog: setup-tree ## what changed since the last version that was posted, by git range-diff
	@series/posting/changelog

parts: setup-tree-demo-check ## apply and build each part behind those that it needs (half an hour)
	@series/posting/parts

##@ Check a part of it

checkpatch: setup-tree-checkpatch ## the kernel's checkpatch.pl --strict on every patch
	@series/checks/checkpatch

static: setup-tree-treewide-demo-check ## sparse, coccicheck and W=1: what is new on the touched files
	@series/checks/static

builtin: setup-tree-demo ## compile the drivers that the records name as built in, and check them (half an hour)
	@series/checks/builtin-importers

configs: setup-tree ## what the series changes in all defconfigs and others, by kconfig alone
	@series/checks/configs

bench: setup-tree-demo-check-bench ## what the series costs: size, modpost, loading a module; results/bench.md
	@series/checks/bench

audit: setup-tree-demo-check ## does userspace-audit read of Debian's modules what nm reads? (gets 500 MB)
	@tests/audit/distro

speed: setup-tree-demo-check ## the time and memory of userspace-audit, against depmod -n
	@series/checks/bench-audit

dkms: setup-tree-demo-check-dkms ## what real dkms and the hook say when a kernel is installed (half an hour)
	@tests/audit/dkms

matrix: setup-tree-demo-check-matrix ## the series on other architectures, compilers and options, built and booted (hours); results/matrix.md
	@series/checks/matrix

bases: setup-tree-treewide-demo-check ## the series on each kernel of series/base/archive, in results/bases.md (an hour)
	@series/checks/bases

bisect: setup-tree-demo-check ## build every commit of the series in full (hours)
	@DECLARED=y series/checks/bisect --touched
	@series/checks/bisect

link: setup-tree-demo-check-link ## link the modules that the records name, modpost checks them (hours; QUICK=1: one directory, minutes)
	@series/checks/link-$(if $(QUICK),directory,importers)

mutate: setup-tree-treewide-checkpatch-demo-check ## break each check on purpose: a test has to notice (hours)
	@tests/mutation/run --all

##@ And

clean: ## remove what was made and downloaded, and keep the tree while it has edits
	@series/clean

setup-%:
	@series/setup $(subst -, ,$*)

.PHONY: help configs demo check setup tree update port refresh declare treewide evidence picture postings changelog parts checkpatch static builtin bench audit speed dkms matrix bases bisect link mutate clean

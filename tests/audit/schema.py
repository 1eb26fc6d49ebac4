#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Does a JSON file meet a JSON schema? Debian's python3-jsonschema is asked.
#
#	tests/audit/schema.py SCHEMA FILE

import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
with open(sys.argv[2], encoding="utf-8") as f:
    jsonschema.validate(json.load(f), schema)

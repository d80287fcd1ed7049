"""What SARIF 2.1.0 asks of what is written here, in words of our own."""

from __future__ import annotations

_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
_PLACE = {
    "type": "object",
    "required": ["physicalLocation"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "message": _TEXT,
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {
                        "uri": {"type": "string", "pattern": "^[!-~]*$"},
                        "uriBaseId": {"type": "string"},
                        "index": {"type": "integer", "minimum": -1},
                    },
                },
                "region": {
                    "type": "object",
                    "properties": {
                        "startLine": {"type": "integer", "minimum": 1},
                        "snippet": _TEXT,
                    },
                },
            },
        },
    },
}
SHAPE = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id"],
                                            "properties": {"shortDescription": _TEXT},
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "invocations": {
                        "items": {
                            "required": ["executionSuccessful"],
                            "properties": {
                                "toolExecutionNotifications": {
                                    "items": {
                                        "required": ["message"],
                                        "properties": {
                                            "level": {"enum": ["none", "note", "warning", "error"]},
                                            "locations": {"items": _PLACE},
                                        },
                                    }
                                }
                            },
                        }
                    },
                    "originalUriBaseIds": {
                        "additionalProperties": {"properties": {"description": _TEXT}}
                    },
                    "artifacts": {
                        "items": {
                            "properties": {
                                "length": {"type": "integer", "minimum": -1},
                                "hashes": {"additionalProperties": {"type": "string"}},
                            }
                        }
                    },
                    "results": {
                        "items": {
                            "required": ["message"],
                            "properties": {
                                "message": _TEXT,
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": -1},
                                "properties": {"type": "object"},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "kind": {"enum": ["pass", "fail"]},
                                "locations": {"items": _PLACE},
                                "relatedLocations": {"items": _PLACE},
                                "fingerprints": {"additionalProperties": {"type": "string"}},
                            },
                        }
                    },
                },
            },
        },
    },
}
"""What of the schema of SARIF 2.1.0 is written by any part of the program."""

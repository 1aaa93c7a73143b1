"""Reads PowerShell files with tree-sitter's grammar and prints as JSON what the tests compare. Runs nothing."""

import json
import pathlib
import sys

import tree_sitter
import tree_sitter_powershell

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


def text(node):
    return node.text.decode()


def walk(node):
    yield node
    for child in node.children:
        yield from walk(child)


def inner(node):
    """The node below a chain of nodes that have one child each."""
    while len(node.children) == 1 and len(node.named_children) == 1 and "string_literal" not in node.type:
        node = node.named_children[0]
    return node


def string(node, variables):
    raw = text(node)
    if raw.startswith("'"):
        return raw[1:-1].replace("''", "'")
    raw = raw[1:-1]
    for name, value in sorted(variables.items(), key=lambda item: -len(item[0])):
        if isinstance(value, str):
            raw = raw.replace(name, value)
    return raw


def entries(node):
    """The entries of a hashtable, not those of hashtables in it."""
    for child in node.named_children:
        if child.type == "hash_entry":
            yield child
        elif child.type == "hash_literal_body":
            yield from entries(child)


def literal(node, variables):
    """A value that is written out; anything else is {"code": …}."""
    node = inner(node)
    match node.type:
        case "string_literal" | "verbatim_string_characters" | "expandable_string_literal":
            return string(node, variables)
        case "decimal_integer_literal":
            return int(text(node))
        case "variable":
            known = {"$true": True, "$false": False, "$null": None, **variables}
            return known.get(text(node), {"code": text(node)})
        case "cast_expression" if text(node.named_children[0]).lower() == "[ordered]":
            return literal(node.named_children[1], variables)
        case "hash_literal_expression":
            found = {}
            for entry in entries(node):
                key, value = entry.named_children[0], entry.named_children[-1]
                found[literal_key(key, variables)] = literal(value, variables)
            return found
        case "array_literal_expression":
            return [literal(child, variables) for child in node.named_children]
        case "array_expression":
            lists = [child for child in node.named_children if child.type == "statement_list"]
            statements = [one for found in lists for one in found.named_children if one.type != "comment"]
            values = [literal(one, variables) for one in statements]
            # @('a', 'b') is one statement, which is a list.
            return values[0] if len(values) == 1 and isinstance(values[0], list) else values
    return {"code": text(node)}


def literal_key(node, variables):
    node = inner(node)
    return text(node) if node.type in ("simple_name", "key_expression") else string(node, variables)


def parameters(node):
    found = []
    for one in (one for one in walk(node) if one.type == "script_parameter"):
        name = [child for child in one.named_children if child.type == "variable"][0]
        allowed = None
        for attribute in (a for a in walk(one) if a.type == "attribute"):
            if text(attribute).startswith("[ValidateSet("):
                strings = [s for s in walk(attribute) if s.type == "verbatim_string_characters"]
                allowed = [string(s, {}) for s in strings]
        found.append({"name": text(name)[1:], "set": allowed})
    return found


def data(root):
    """The hashtable that a file is, or that its function returns."""
    variables, value = {}, None
    for node in walk(root):
        if node.type == "assignment_expression":
            variables[text(node.named_children[0])] = literal(node.named_children[-1], variables)
        if node.type == "pipeline" and node.parent.type == "statement_list":
            outermost = node.parent.parent.type in ("program", "script_block_body", "script_block")
            found = literal(node, variables) if outermost else None
            if isinstance(found, dict) and "code" not in found:
                value = found
    return value


def read(path):
    source = pathlib.Path(path).read_bytes()
    root = PARSER.parse(source).root_node
    nodes = list(walk(root))
    code = source
    for comment in sorted((n for n in nodes if n.type == "comment"), key=lambda n: -n.start_byte):
        code = code[: comment.start_byte] + code[comment.end_byte :]
    functions = [node for node in nodes if node.type == "function_statement"]
    blocks = [node for node in nodes if node.type == "param_block"]
    return {
        "errors": [
            f"line {node.start_point[0] + 1}: {text(node)[:60]!r}"
            for node in nodes
            if node.type == "ERROR" or node.is_missing
        ],
        "code": code.decode(),
        "is_ascii": source.isascii(),
        "functions": [text(child) for f in functions for child in f.children if child.type == "function_name"],
        "commands": [" ".join(text(node).split()) for node in nodes if node.type == "command"],
        "parameters": parameters(blocks[0]) if blocks else [],
        "data": data(root),
    }


json.dump({path: read(path) for path in sys.argv[1:]}, sys.stdout)

"""The required order of a procedure's steps as a diagram, where graphviz is there.

It says nothing that the list of steps does not say in words: where there is no
graphviz, and where a page is read as text, nothing is missing. Sphinx's own extension
for graphviz has its settings, and draws what a PDF shows.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from upgradecheck.procedure import Procedure
from upgradecheck.procedure import order
from upgradecheck_sphinx import parts
from upgradecheck_sphinx.text import clean
from upgradecheck_sphinx.warning import Warn
from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

_STYLE = """\
  graph [bgcolor="{paper}", compound=true, nodesep=0.15, ranksep=0.3];
  graph [fontname="Helvetica,Arial,sans-serif", fontsize=10, style="rounded"];
  node [fontname="Helvetica,Arial,sans-serif", fontsize=10, margin="0.12,0.06"];
  node [shape=box, style="rounded"];
  edge [arrowsize=0.8];
"""
#: How many steps a row has at most.
_ABREAST = 3
_INKED = {"fill", "stroke"}
_INKS = {"black": "currentColor", "transparent": "none"}


class Diagram(nodes.General, nodes.Element):
    """The place of a diagram, before the list of the steps that it shows."""


class Box(NamedTuple):
    """A step as the diagram shows it.

    :param within: the names of the steps that it consists of.
    """

    name: str
    number: str
    requires: tuple[str, ...]
    within: tuple[str, ...]
    is_optional: bool
    is_anytime: bool


def diagram_of(procedure: Procedure) -> Diagram | None:
    """The diagram of a procedure; None if no step requires another."""
    numbers = _numbers(procedure)
    boxes = [
        Box(
            step.name,
            numbers[step.name],
            tuple(each.name for each in step.requires),
            tuple(each.name for each in step.steps),
            step.is_optional,
            step.is_anytime,
        )
        for step in order(procedure)
    ]
    if not any(box.requires for box in boxes):
        return None
    found = Diagram(boxes=[tuple(box) for box in boxes], procedure=procedure.name)
    found.source, found.line = procedure.source.file, procedure.source.line
    return found


def _numbers(procedure: Procedure) -> dict[str, str]:
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    for step in order(procedure):
        around = step.name.rpartition(".")[0]
        counts[around] = counts.get(around, 0) + 1
        before = f"{found[around]}." if around in found else ""
        found[step.name] = f"{before}{counts[around]}"
    return found


class Drawing:
    """A diagram's steps with the titles and the ids that their list has."""

    def __init__(self, diagram: Diagram, listed: nodes.Node) -> None:
        self.boxes = {each[0]: Box(*each) for each in diagram["boxes"]}
        self.titles: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        for heading in listed.findall(nodes.paragraph):
            kind, _space, name = heading.get("upgrade_object", "").partition(" ")
            if kind == "step" and name in self.boxes:
                self.titles[name] = next(iter(heading.findall(nodes.strong))).astext()
                self.ids[name] = next(iter(heading.findall(nodes.target)))["ids"][0]

    def spoken(self) -> str:
        """The diagram in words."""

        def step(name: str) -> str:
            return f"{self.boxes[name].number} {self.titles[name]}"

        facts = [
            _("%(step)s requires %(required)s")
            % {"step": step(box.name), "required": ", ".join(map(step, box.requires))}
            for box in self.boxes.values()
            if box.requires
        ]
        return _("The required order of the steps: %s.") % "; ".join(facts)

    def code(self, paper: str, is_linked: bool) -> str:
        """The diagram in graphviz's language.

        :param paper: the colour of what is behind it.
        :param is_linked: whether the steps lead to those in the list.
        """
        lines = ["digraph {", _STYLE.format(paper=paper)]
        outer = [box for box in self.boxes.values() if box.name.count(".") == 2]
        for box in outer:
            lines += self._box(box, is_linked)
        for box in self.boxes.values():
            lines += [self._edge(required, box.name) for required in box.requires]
        lines += [self._edge(*pair, "style=invis") for pair in self._rows()]
        return "\n".join([*lines, "}"])

    def _box(self, box: Box, is_linked: bool) -> Iterator[str]:
        facts = {"label": self._label(box)}
        if is_linked:
            facts |= {"URL": f"#{self.ids[box.name]}", "tooltip": self.titles[box.name]}
        if box.is_optional or box.is_anytime:
            facts["style"] = "rounded,dashed"
        said = "; ".join(f"{key}={_quoted(value)}" for key, value in facts.items())
        if not box.within:
            yield f"{_quoted(box.name)} [{said}];"
            return
        yield f"subgraph {_quoted('cluster_' + box.name)} {{ {said};"
        for name in box.within:
            yield from self._box(self.boxes[name], is_linked)
        yield "}"

    def _label(self, box: Box) -> str:
        text = f"{box.number}. {self.titles[box.name]}"
        lines = textwrap.wrap(text, 20, break_long_words=False)
        if box.is_optional:
            lines.append(_("(may be left out)"))
        if box.is_anytime:
            lines.append(_("(at any time)"))
        return "\n".join(lines)

    def _rows(self) -> Iterator[tuple[str, str]]:
        """Which step to draw below which, of those that may be done side by side.

        Else they would lie in one line, wider than a page.
        """
        alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for box in self.boxes.values():
            around = box.name.rpartition(".")[0]
            alike.setdefault((around, box.requires), []).append(box.name)
        for (around, _requires), names in alike.items():
            width = 1 if around in self.boxes else _ABREAST
            yield from zip(names, names[width:], strict=False)

    def _edge(self, first: str, then: str, *facts: str) -> str:
        tail, head = self._leaf(first, -1), self._leaf(then, 0)
        ends = list(facts) + [
            f"{key}={_quoted('cluster_' + name)}"
            for key, name in (("ltail", first), ("lhead", then))
            if self.boxes[name].within
        ]
        return f"{_quoted(tail)} -> {_quoted(head)} [{','.join(ends)}];"

    def _leaf(self, name: str, which: int) -> str:
        while self.boxes[name].within:
            name = self.boxes[name].within[which]
        return name


def _quoted(text: str) -> str:
    # Graphviz takes an ampersand for the start of an entity.
    text = clean(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return '"' + text.replace("\n", "\\n") + '"'


class Diagrams(SphinxPostTransform):
    """Draws the diagrams, and takes away those that cannot be drawn."""

    default_priority = 400

    def run(self, **kwargs: Any) -> None:
        for diagram in list(self.document.findall(Diagram)):
            around = diagram.parent
            place = around.index(diagram)
            listed = around[place + 1]
            around.remove(diagram)
            if not self._is_possible():
                continue
            drawing = Drawing(diagram, listed)
            if self.app.builder.format == "latex":
                around.insert(place, self._image(drawing, diagram))
                continue
            diagram["alt"] = drawing.spoken()
            diagram["code"] = drawing.code("transparent", is_linked=True)
            wrapped = parts.division("upgrade-order", [diagram, listed])
            around[place : place + 1] = wrapped

    def _is_possible(self) -> bool:
        builder = self.app.builder
        # A book's parts must be declared, and Sphinx declares no drawing in a page.
        is_page = builder.format == "html" and builder.name != "epub"
        is_drawn = is_page or builder.format == "latex"
        return is_drawn and _has_dot(self.app)

    def _image(self, drawing: Drawing, diagram: Diagram) -> nodes.Element:
        from sphinx.ext.graphviz import graphviz

        found = graphviz()
        found["code"] = drawing.code("white", is_linked=False)
        found["options"] = {"docname": self.env.docname}
        found["align"] = "center"
        found.source, found.line = diagram.source, diagram.line
        return found


def _has_dot(app: Sphinx) -> bool:
    return bool(app.config.graphviz_dot) and bool(shutil.which(app.config.graphviz_dot))


def _draw(self: HTML5Translator, node: Diagram) -> None:
    """Put the diagram into the page itself: in its ink, with its links."""
    config = self.builder.config
    command = [config.graphviz_dot, *config.graphviz_dot_args, "-Tsvg"]
    done = subprocess.run(
        command, input=node["code"].encode(), capture_output=True, check=False
    )
    if done.returncode:
        fault = done.stderr.decode(errors="replace")
        what = f"the diagram of {node['procedure']} cannot be drawn: {fault}"
        Warn.PROCEDURE.at(node, what)
        raise nodes.SkipNode
    caption = html.escape(
        _("Required order: an arrow leads from a step to those that require it.")
    )
    self.body.append(
        '<figure class="upgrade-diagram">'
        f'<div class="upgrade-diagram-box" role="group" tabindex="0"'
        f' aria-label="{caption}">{_inline(done.stdout, node["alt"])}</div>'
        f"<figcaption>{caption}</figcaption></figure>\n"
    )
    raise nodes.SkipNode


def _inline(svg: bytes, alt: str) -> str:
    """A drawing as part of a page.

    Ids would be there twice, names of our own would be read aloud, and ink must be
    that of the page.
    """
    root = ET.fromstring(svg)
    for element in root.iter():
        for title in element.findall("{*}title"):
            element.remove(title)
        element.tag = _bare(element.tag)
        kept = {_bare(key): value for key, value in element.attrib.items()}
        element.attrib.clear()
        for key, value in kept.items():
            if key in ("id", "space"):
                continue
            element.set(key, _INKS.get(value, value) if key in _INKED else value)
        if element.tag == "text":
            element.set("fill", "currentColor")
    root.set("role", "graphics-document")
    root.set("aria-label", alt)
    return ET.tostring(root, encoding="unicode")


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


def _skip(self: Any, node: Diagram) -> None:
    raise nodes.SkipNode


def join(app: Sphinx) -> None:
    """Teach a build to draw."""
    nothing = (_skip, None)
    app.add_node(
        Diagram,
        html=(_draw, None),
        latex=nothing,
        text=nothing,
        man=nothing,
        texinfo=nothing,
    )
    app.add_post_transform(Diagrams)

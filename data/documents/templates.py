#!/usr/bin/env python3
"""Writes marker-card.docx, the built-in docx template of the marker register sheet (界桩登记表).

Run it after changing it; the docx is kept beside it. An office replaces the docx by its own with the same names.
"""
import pathlib
import zipfile
from xml.sax.saxutils import escape

HERE = pathlib.Path(__file__).resolve().parent
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SONG, HEI, TITLE = "宋体", "黑体", "方正小标宋简体"


def run(text, size=19, font=SONG, bold=False, space=0):
    extra = ("<w:b/>" if bold else "") + (f'<w:spacing w:val="{space}"/>' if space else "")
    fonts = f'<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{font}" w:hint="eastAsia"/>'
    return (f'<w:r><w:rPr>{fonts}{extra}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
            f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>')


def paragraph(*runs, align="left", tabs=""):
    return (f'<w:p><w:pPr>{tabs}<w:spacing w:before="0" w:after="0" w:line="260" w:lineRule="atLeast"/>'
            f'<w:jc w:val="{align}"/></w:pPr>{"".join(runs)}</w:p>')


def cell(width, *content, shade=False, span=1, down=None, valign="center"):
    """A cell of so many millimetres; `down` is restart or continue for cells joined downwards."""
    parts = [f'<w:tcW w:w="{round(width * 56.7)}" w:type="dxa"/>']
    if span > 1:
        parts.append(f'<w:gridSpan w:val="{span}"/>')
    if down:
        parts.append('<w:vMerge w:val="restart"/>' if down == "restart" else "<w:vMerge/>")
    if shade:
        parts.append('<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>')
    parts.append(f'<w:vAlign w:val="{valign}"/>')
    return f'<w:tc><w:tcPr>{"".join(parts)}</w:tcPr>{"".join(content) or paragraph()}</w:tc>'


def key(width, text):
    return cell(width, paragraph(run(text, 18, HEI), align="center"), shade=True)


def value(width, text, align="left", span=1, size=19):
    return cell(width, paragraph(run(text, size), align=align), span=span)


def row(*cells, height=7.4):
    return (f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{round(height * 56.7)}" w:hRule="atLeast"/></w:trPr>'
            f'{"".join(cells)}</w:tr>')


def table(widths, *rows):
    edges = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
                    for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    grid = "".join(f'<w:gridCol w:w="{round(width * 56.7)}"/>' for width in widths)
    total = round(sum(widths) * 56.7)
    return (f'<w:tbl><w:tblPr><w:tblW w:w="{total}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
            '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/>'
            f'</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>')


def gap():
    return ('<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="80" w:lineRule="exact"/></w:pPr></w:p>')


def pair(first, second):
    """A row of two keys and two values; each is (key, value, align)."""
    cells = []
    for name, text, align in (first, second):
        cells += [key(23, name), value(62, text, align)]
    return row(*cells)


def body():
    tabs = '<w:tabs><w:tab w:val="right" w:pos="9639"/></w:tabs>'
    parts = [
        paragraph(run("{{密级}}", 19, HEI, bold=True)),
        paragraph(run("界桩登记表", 36, TITLE, bold=True, space=80), align="center"),
        paragraph(run("界桩编号："), run("{{界桩编号}}", 19, HEI, bold=True), "<w:r><w:tab/></w:r>",
                  run("所在界线：{{所在界线}}"), tabs=tabs),
        table([23, 62, 23, 62],
              pair(("类  型", "{{界桩类型}}", "left"), ("材  质", "{{材质}}", "left")),
              pair(("甲方所在地", "{{甲方所在地}}", "left"), ("乙方所在地", "{{乙方所在地}}", "left")),
              pair(("丙方所在地", "{{丙方所在地}}", "left"), ("沿线位置", "{{沿线位置}}", "left")),
              pair(("东  经", "{{东经}}", "center"), ("北  纬", "{{北纬}}", "center")),
              pair(("纵坐标 X(m)", "{{纵坐标X}}", "center"), ("横坐标 Y(m)", "{{横坐标Y}}（{{带号}} 带）", "center")),
              pair(("高  程(m)", "{{高程}} {{高程基准}}", "center"), ("点位中误差(m)", "{{点位中误差}}", "center")),
              pair(("测量方法", "{{测量方法}}", "left"), ("测量日期", "{{测量日期}}", "center")),
              row(key(23, "原始成果"), value(147, "{{原始成果}}", span=3))),
        gap(),
        table([10, 52, 25, 21, 31, 31],
              row(*(key(width, text) for width, text in
                    ((10, "序"), (52, "方位物名称及部位"), (25, "坐标方位角"), (21, "距离(m)"), (31, "推算东经"), (31, "推算北纬")))),
              row(value(10, "{{方位物.序号}}", "center"), value(52, "{{方位物.名称}}"),
                  value(25, "{{方位物.方位角}}", "center"), value(21, "{{方位物.距离}}", "center"),
                  value(31, "{{方位物.东经}}", "center", size=16), value(31, "{{方位物.北纬}}", "center", size=16))),
        gap(),
        table([81, 89],
              row(cell(81, paragraph(run("{{图:位置略图}}"), align="center"), down="restart"),
                  cell(89, paragraph(run("界桩位置说明", 18, HEI)), paragraph(run("{{位置描述}}")), valign="top"), height=48),
              row(cell(81, down="continue"),
                  cell(89, paragraph(run("碑文", 18, HEI)), paragraph(run("{{碑文}}")), valign="top"), height=28)),
        gap(),
        table([23, 34, 23, 42, 18, 30],
              row(key(23, "管理方"), value(34, "{{管理方}}"), key(23, "托管单位"), value(42, "{{托管单位}}"),
                  key(18, "现  状"), value(30, "{{现状}}"))),
        gap(),
        table([23, 49, 49, 49],
              row(key(23, ""), key(49, "甲  方"), key(49, "乙  方"), key(49, "丙  方")),
              row(key(23, "技术负责人"), *(value(49, f"{{{{{side}方技术负责人}}}} {{{{{side}方技术日期}}}}") for side in "甲乙丙"), height=10),
              row(key(23, "界线管理机构签字"), *(value(49, f"{{{{{side}方签字人}}}} {{{{{side}方签字日期}}}}") for side in "甲乙丙"), height=10)),
        paragraph(run("坐标系：2000 国家大地坐标系（CGCS2000），高斯—克吕格投影 3°带。数据日期 {{数据日期}}，登记册{{登记册版次}}。", 16)),
    ]
    section = ('<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
               '<w:pgMar w:top="907" w:right="1021" w:bottom="794" w:left="1247" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>')
    return "".join(parts) + section


FILES = {
    "[Content_Types].xml":
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
        '</Types>',
    "_rels/.rels":
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        '</Relationships>',
    "word/_rels/document.xml.rels":
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>',
    "word/document.xml":
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document xmlns:w="{W}"><w:body>{body()}</w:body></w:document>',
}


def main():
    with zipfile.ZipFile(HERE / "marker-card.docx", "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in FILES.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, text)


if __name__ == "__main__":
    main()

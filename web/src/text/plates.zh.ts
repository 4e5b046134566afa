// Signs, door plates and place codes in Chinese. The same keys as plates.en.ts.
export const platesZh = {
  plates: {
    title: '门牌编号', about: '选一条道路或一个小区，定好编法，先在图上看，再写入登记册。',
    find: '道路或小区', findHint: '名称或代码', take: '用图上所选的“{name}”', of: '编号对象', other: '换一个',
    profile: '做法', assumed: '假定', read: '依据规定', method: '怎样编', methods: { order: '按次序', distance: '按距离（量化编号）', s_shape: '小区内蛇形（S 形）' },
    originEw: '东西向道路起点', originNs: '南北向道路起点', ends: { east: '东端', west: '西端', south: '南端', north: '北端' },
    originAt: '在图上指定起点', originAsk: '请点编号开始的那一端', originDrop: '不指定起点',
    odd: '单号在', sides: { left: '左侧', right: '右侧' }, sideWhy: '背对起点看',
    start: '起始号', interval: '每号间距（米）', spacing: '预留间距（米）', reach: '门户离道路（米）以内', skip: '不用的号', skipHint: '如 4、13、14', skipWrong: '不用的号应为整数，用顿号或空格隔开。',
    reserve: '宽的空当预留号码', keep: '已有门牌不改号，新门编空号或附号', more: '更多参数',
    busy: '正在试编…', empty: '还没有选道路。', none: '道路旁没有门户可编。', map: '图上全部',
    length: '长 {length}', heading: { east_west: '东西向', north_south: '南北向' },
    counts: '按结果看', states: { new: '新编', changed: '改号', kept: '不变', reserved: '预留', shared: '共用' }, was: '原{number}', along: '距起点 {length}', side: { left: '左', right: '右' },
    findings: '编号后仍有问题 {count} 处', clean: '按 D01–D03 核查，没有问题。',
    commit: '写入登记册（{count} 处）', compound: '小区内的编号只作预览，不写入登记册。', nothing: '没有要写入的改动。', what: '“{name}”门牌编号', saved: '已写入 {count} 处，可撤销', cut: '一次至多写入 {count} 处，写入后再编一次。',
    listMore: '再列（还有 {count} 个）',
  },
  signs: {
    title: '应设而未设的地名标志', about: '道路起止点和交叉口应设标志而没有的地方。', street: '只看一条道路', streetHint: '道路名称或代码', total: '{streets} 条道路，缺 {count} 处', shown: '列出 {shown} 处。', loading: '正在查找…', none: '没有缺设的标志。',
    at: { start: '起点', end: '终点', crossing: '交叉口' }, crossing: '与{name}交叉口', all: '全选所列', chosen: '已选 {count} 处', go: '到图上看“{name}”', choose: '选取“{name}”',
    take: '登记为拟设标志（{count} 处）', what: '拟设地名标志 {count} 处', saved: '已登记 {count} 处，可撤销', more: '再列（还有 {count} 处）', map: '图上全部',
  },
  artwork: { title: '版面', design: '版式', own: '按登记的类别', alt: '“{name}”的版面', svg: '下载 SVG', pdf: '下载 PDF', failed: '这块标牌没有可用的版面。', size: '{width} × {height} 毫米' },
  codes: {
    title: '地名代码待赋', about: '上报表导出后报国家地名信息库；返回的表在这里读入。', total: '待赋代码 {count} 个', none: '没有待赋代码的地名。', loading: '正在取…', out: '导出上报表（xlsx）', lacks: '缺：{fields}', more: '再列（还有 {count} 个）',
    lacking: { standard_name: '标准名称', roman: '罗马字母拼写', category_code: '类别', division_codes: '所在政区', east_from: '位置', origin: '来历' },
    answer: '读入返回的表', pick: '选择文件（xlsx、csv）', reading: '正在试读…', file: '文件：{name}', matched: '可赋代码 {count} 个', unchanged: '已有此代码 {count} 个', refused: '未采用 {count} 行', row: '第 {row} 行', left: '一次至多 20,000 个，还有 {count} 个，写入后请再读入一次。',
    take: '写入代码（{count} 个）', what: '国家地名信息库返回代码 {count} 个', saved: '已写入 {count} 个地名代码，可撤销',
  },
}

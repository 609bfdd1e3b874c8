// How text is compared, as src/spelling.rs does it on the server: the desk without network finds the same people.

const RADICALS = [..."⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳"];
const USUAL = [..."厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"];

/** The text with the usual character for each that looks like it: radicals, compatibility characters, full width. */
const usual = (text) => text.replace(/[\u2e80-\u2eff]/g, (c) => USUAL[RADICALS.indexOf(c)] ?? c).normalize("NFKC");

/** What was meant, however it was typed, pasted or scanned. */
export const narrow = (text) =>
  text
    .normalize("NFKC")
    .replace(/[\s\p{Cf}\ufe00-\ufe0f]/gu, "")
    .replace(/[\p{Pd}\u2212\u2043\u30fc]/gu, "-");

/** A name as it is searched for: neither case, spaces, dots nor accents. */
export const fold = (text) =>
  usual(text)
    .toLowerCase()
    .replace(/[\s\p{Cf}\p{Pd}.·•․‧∙⋅・。'’‘`´\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu, "")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[đðħıłøŧŋß]/g, (c) => ({ đ: "d", ð: "d", ħ: "h", ı: "i", ł: "l", ø: "o", ŧ: "t", ŋ: "n", ß: "s" })[c])
    .normalize("NFC");

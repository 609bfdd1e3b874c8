// How text is compared, as src/spelling.rs does it on the server: the desk without network finds the same people.

const RADICALS = [..."⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳"];
const USUAL = [..."厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"];

// What shows nothing, what chooses a glyph, and what is typed for a dash or for the dot between a name's parts.
const UNSEEN =
  String.raw`\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f-\u1160\u17b4-\u17b5\u180b-\u180f` +
  String.raw`\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\u{110bd}\u{110cd}` +
  String.raw`\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}`;
const SELECTORS = String.raw`\ufe00-\ufe0f\u{e0100}-\u{e01ef}`;
const DASHES = String.raw`\-\u058a\u05be\u2010-\u2015\u2043\u2212\u2e3a-\u2e3b\u301c\u3030\u30fc\ufe58\ufe63\uff0d\uff70`;
const DOTS = String.raw`.·•․‧∙⋅・･。．᛫⸱ꞏ`;
const NOTHING = new RegExp(String.raw`[\p{White_Space}${UNSEEN}${SELECTORS}]`, "gu");
const NO_NAME = new RegExp(String.raw`[\p{White_Space}${UNSEEN}${SELECTORS}${DASHES}${DOTS}'’‘${"`"}´]`, "gu");
const DASH = new RegExp(`[${DASHES}]`, "gu");
const PLAIN = { đ: "d", ð: "d", ħ: "h", ı: "i", ł: "l", ø: "o", ŧ: "t", ŋ: "n", ß: "s", ς: "σ" };

const look = (text) => text.replace(/[\u2e80-\u2eff]/g, (c) => USUAL[RADICALS.indexOf(c)] ?? c);

/** The text with the usual character for each that looks like it: radicals, compatibility characters, full width. */
const usual = (text) => look(look(text).normalize("NFKC"));

/** Small letters, each by itself: no letter looks at its neighbours. */
const small = (text) => Array.from(text, (c) => c.toLowerCase()).join("");

/** What was meant, however it was typed, pasted or scanned. */
export const narrow = (text) => text.normalize("NFKC").replace(NOTHING, "").replace(DASH, "-");

/** A name as it is searched for: neither case, spaces, dots nor accents. */
export const fold = (text) =>
  small(usual(text))
    .replace(NO_NAME, "")
    .normalize("NFC")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[đðħıłøŧŋßς]/g, (c) => PLAIN[c])
    .normalize("NFC");

/** What was typed to search by sound, as sounds are kept (`pinyin::typed`). */
export const typed = (text) => fold(small(text.normalize("NFC")).replace(/[üǖǘǚǜ]/g, "v")).replace(/[^a-z0-9]/g, "");

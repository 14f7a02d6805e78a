/** Tables and patterns by which lines of running text are joined into paragraphs. */

/** Marks that begin a list item when white space follows. `*`, `-` and `+` are Markdown's own too. */
export const bulletPattern =
  /^(?:[•●○◦▪▫■□◆◇►▶▸‣⁃∙·✓✔☑➢➤\uF02D\uF0A7\uF0B7\uF0D8\uF0FC]\s*|[-–—*]\s+|\+\s+(?=\p{L})|o\s+(?=[А-ЯЁа-яё]))(?=\S)/u;

/** «1.», «12)», «а)», «IV.»: the number of a list item, dropped like a bullet. */
export const numberPattern = /^(?:(\d{1,3})[.)]|([а-яёa-z])\)|\((\d{1,2}|[а-яёa-z])\))\s+(?=\S)/u;

/** «1.2», «3.1.2.»: the number of a section or recommendation. It begins a block and stays in the text. */
export const sectionPattern = /^\d{1,2}(?:\.\d{1,2}){1,4}\.?\s+(?=[А-ЯЁA-Z«"])/u;

/** Lines that begin something new whatever stands before them: fixed phrases of guidelines, cells of broken tables. */
export const openerPattern =
  /^\||^(?:[^\p{L}\d]{0,3})(?:Уровень (?:убедительности|достоверности)|УДД|УУР|ЕОК|Комментари[ий]|Примечани[ея]|Рис(?:унок|\.)\s*\d|Табл(?:ица|\.)\s*\d|Приложение [А-ЯA-Z]?\d|Глава \d|Раздел \d)/u;

/** Words after which a sentence cannot end: a line that ends with one goes on in the next. */
export const unfinishedWords: ReadonlySet<string> = new Set(
  `а без более в во для до же за и из или к ко как либо между менее на над не ни но о об от перед по под после
  при про с свыше со согласно также у через что чем около старше младше`.split(/\s+/),
);

/** First parts of compounds that keep their hyphen when it falls at the end of a line. */
export const compoundHeads: ReadonlySet<string> = new Set(
  `врач врача врачу врачом враче врачи врачей врачам врачами врачах сердечно желудочно кишечно клинико медико костно
  нервно психо мочеполо лечебно опорно научно социально санитарно профилактико диагностико лабораторно инструментально
  морфо гепато почечно печеночно печёночно легочно лёгочно суставно мышечно слизисто гнойно общественно
  учебно организационно информационно консультативно экономически северо юго вице экс из кое
  анатомо патолого иммуно противо рентгено физико химико эпидемиолого клинически тазово плече лопаточно пояснично
  крестцово шейно грудо носо рото рино орофаринго ангиотензин дозо ростово красно сине бело серо темно тёмно светло
  русско англо пресс мини макси медиа интернет онлайн план гамма альфа бета дельта омега тест`.split(/\s+/),
);

/** Second parts that always stand behind a hyphen. */
export const compoundTails: ReadonlySet<string> = new Set(
  `либо нибудь то таки ка за под прежнему видимому разному новому моему первых вторых третьих й я е го му х летний
  летнего летних летней часовой часового дневный дневного кратный кратно`.split(/\s+/),
);

/** Words between which a hyphen is left hanging: «до- и послеоперационный». */
export const hangingAfter: ReadonlySet<string> = new Set(['и', 'или', 'а']);

/** Tables of Russian sentence splitting, for the language of clinical guidelines. */

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/).filter((word) => word !== ''));

/** Abbreviations that always need what follows: a sentence never ends with them. */
export const needsNext = words(`
  см рис рисунок табл напр им акад проф доц чл корр ср стр разд гл прил прим обл просп пер ул бул корп
  пп п пр-т св букв лат греч англ нем франц фр т.е т.к т.н т.о т.ч в.т.ч в.ч соотв ориг цит адм инд пос дер пгт
  к.м.н д.м.н к.б.н д.б.н канд докт мед биол зав руков ред сост пред зам гг.ч etc.al al vol pp p no fig tab e.g i.e
  vs dr mr mrs prof st ed eds approx incl ca cf разг син ув лт мл.науч ст.науч
`);

/** Abbreviations that may end a sentence: they do when a capital letter follows. */
export const mayEnd = words(`
  г гг в вв др пр т.д т.п проч соавт ст рт.ст рт мм.рт.ст тыс млн млрд трлн руб долл коп экз эк
  мг мкг кг г.л гр мл дл л мм см.вод вод мин сек с сут час ч нед мес ед ме кал ккал ккал.сут уд уд.мин об мэкв ммоль
  мкмоль нмоль пмоль мосм атм ат бар гц кгц мгц вт квт дб таб капс амп фл инг р-р р.д р.сут р.нед доз кап степ
  тел факс доб внутр внутрив в.в в.м п.к н.э до.н.э и.о и.др и.пр и.т.д и.т.п и.соавт
`);

/** After these a number does not begin a sentence («50 мг. 2 раза в день», «рис. 3»). */
export const takesNumber = words(`
  мг мкг кг гр мл л мм мин сек сут час ч нед мес ед ме таб капс амп фл р-р доз кап тел факс ст т в
`);

/** What may stand in front of a single capital that is no initial: «витамин С.», «УУР A.», «гепатит B.». */
export const letterNames = words(`
  витамин витамина витамину витамином витамине витамины витаминов гепатит гепатита гепатиту гепатитом гепатите гепатитов
  вирус вируса вирусом вирусы вирусов грипп гриппа тип типа типу типом типе типы группа группы группе группу группой
  класс класса классу классом классе стадия стадии стадию стадией степень степени степенью уровень уровня уровню
  рекомендация рекомендации рекомендаций доказательств доказательности убедительности достоверности фактор фактора
  фактором гемофилия гемофилии гемофилией иммуноглобулин иммуноглобулина иммуноглобулинов антиген антигена протеин
  протеина белок белка пункт пункта вариант варианта форма формы фаза фазы категория категории категорию шкала шкалы
  показатель уур удд grade type class stage и или для по балл
`);

/** Captions: a label and its number belong to the title that follows («Рис. 1. Схема»). */
export const captionPattern =
  /^(?:рис|рисунок|табл|таблица|схема|график|диаграмма|приложение|глава|раздел|часть|этап|шаг|пункт|п|статья|ст|том|т|вып|№)\.?\s*№?\s*[\dA-ZА-Я]{1,3}(?:[.-]\d{1,2})*\.$/iu;

/** A number or letter that opens a sentence: «3.1.2.», «а.», «IV.», «(2).». */
export const enumeratorPattern = /^[(«"\s]*(?:\d{1,3}(?:\.\d{1,3})*|[A-ZА-ЯЁa-zа-яё]|[IVXLC]{1,6})[.)]*\.$/u;

/** Quotation marks and brackets that close behind a full stop and belong to the sentence that ends. */
export const closers = '»”"\')]}’“';

/** Longest stretch in brackets or quotation marks that is kept in one piece although it holds full stops. */
export const longestAside = 300;

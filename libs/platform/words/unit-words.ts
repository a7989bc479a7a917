import type { UnitForms } from "#libs/core/invoice/document-template.ts";
import { pluralRules } from "../kept-formats.ts";

/**
 * Units that many sellers count in: their forms by language, in the order of `formOrder`. Units that are not here,
 * and symbols such as GB, are printed as their meter says.
 */
const unitForms: readonly Readonly<Record<string, string>>[] = [
  {
    ...{ en: "unit|units", de: "Einheit|Einheiten", fr: "unité|unités", es: "unidad|unidades", ja: "単位" },
    ...{ pl: "jednostka|jednostki|jednostek|jednostki", ar: "وحدة|وحدتان|وحدات|وحدة|وحدة" },
  },
  {
    ...{ en: "request|requests", de: "Anfrage|Anfragen", fr: "requête|requêtes", ja: "リクエスト" },
    ...{ es: "solicitud|solicitudes", pl: "żądanie|żądania|żądań|żądania", ar: "طلب|طلبان|طلبات|طلبًا|طلب" },
  },
  {
    ...{ en: "call|calls", de: "Aufruf|Aufrufe", fr: "appel|appels", es: "llamada|llamadas", ja: "呼び出し" },
    ...{ pl: "wywołanie|wywołania|wywołań|wywołania", ar: "نداء|نداءان|نداءات|نداءً|نداء" },
  },
  {
    ...{ en: "user|users", de: "Nutzer|Nutzer", fr: "utilisateur|utilisateurs", es: "usuario|usuarios" },
    ...{ ja: "ユーザー", pl: "użytkownik|użytkowników|użytkowników|użytkownika" },
    ar: "مستخدم|مستخدمان|مستخدمين|مستخدمًا|مستخدم",
  },
  {
    ...{ en: "seat|seats", de: "Platz|Plätze", fr: "siège|sièges", es: "puesto|puestos", ja: "シート" },
    ...{ pl: "stanowisko|stanowiska|stanowisk|stanowiska", ar: "مقعد|مقعدان|مقاعد|مقعدًا|مقعد" },
  },
  {
    ...{ en: "license|licenses", de: "Lizenz|Lizenzen", fr: "licence|licences", es: "licencia|licencias" },
    ...{ ja: "ライセンス", pl: "licencja|licencje|licencji|licencji", ar: "رخصة|رخصتان|رخص|رخصة|رخصة" },
  },
  {
    ...{ en: "event|events", de: "Ereignis|Ereignisse", fr: "événement|événements", es: "evento|eventos" },
    ...{ ja: "イベント", pl: "zdarzenie|zdarzenia|zdarzeń|zdarzenia", ar: "حدث|حدثان|أحداث|حدثًا|حدث" },
  },
  {
    ...{
      en: "message|messages",
      de: "Nachricht|Nachrichten",
      fr: "message|messages",
      es: "mensaje|mensajes",
    },
    ...{ ja: "メッセージ", pl: "wiadomość|wiadomości|wiadomości|wiadomości" },
    ar: "رسالة|رسالتان|رسائل|رسالة|رسالة",
  },
  {
    ...{ en: "email|emails", de: "E-Mail|E-Mails", fr: "e-mail|e-mails", es: "correo|correos", ja: "メール" },
    ...{ pl: "e-mail|e-maile|e-maili|e-maila", ar: "بريد|بريدان|رسائل بريد|بريدًا|بريد" },
  },
  {
    ...{ en: "transaction|transactions", de: "Transaktion|Transaktionen", fr: "transaction|transactions" },
    ...{ es: "transacción|transacciones", ja: "取引", pl: "transakcja|transakcje|transakcji|transakcji" },
    ar: "معاملة|معاملتان|معاملات|معاملة|معاملة",
  },
  {
    ...{ en: "token|tokens", de: "Token|Token", fr: "jeton|jetons", es: "token|tokens", ja: "トークン" },
    ...{ pl: "token|tokeny|tokenów|tokena", ar: "رمز|رمزان|رموز|رمزًا|رمز" },
  },
  {
    ...{ en: "page|pages", de: "Seite|Seiten", fr: "page|pages", es: "página|páginas", ja: "ページ" },
    ...{ pl: "strona|strony|stron|strony", ar: "صفحة|صفحتان|صفحات|صفحة|صفحة" },
  },
  {
    ...{ en: "document|documents", de: "Dokument|Dokumente", fr: "document|documents", ja: "ドキュメント" },
    ...{ es: "documento|documentos", pl: "dokument|dokumenty|dokumentów|dokumentu" },
    ar: "مستند|مستندان|مستندات|مستندًا|مستند",
  },
  {
    ...{ en: "device|devices", de: "Gerät|Geräte", fr: "appareil|appareils", ja: "デバイス" },
    ...{ es: "dispositivo|dispositivos", pl: "urządzenie|urządzenia|urządzeń|urządzenia" },
    ar: "جهاز|جهازان|أجهزة|جهازًا|جهاز",
  },
  {
    ...{ en: "minute|minutes", de: "Minute|Minuten", fr: "minute|minutes", es: "minuto|minutos", ja: "分" },
    ...{ pl: "minuta|minuty|minut|minuty", ar: "دقيقة|دقيقتان|دقائق|دقيقة|دقيقة" },
  },
  {
    ...{ en: "hour|hours", de: "Stunde|Stunden", fr: "heure|heures", es: "hora|horas", ja: "時間" },
    ...{ pl: "godzina|godziny|godzin|godziny", ar: "ساعة|ساعتان|ساعات|ساعة|ساعة" },
  },
  {
    ...{ en: "day|days", de: "Tag|Tage", fr: "jour|jours", es: "día|días", ja: "日" },
    ...{ pl: "dzień|dni|dni|dnia", ar: "يوم|يومان|أيام|يومًا|يوم" },
  },
  {
    ...{ en: "month|months", de: "Monat|Monate", fr: "mois|mois", es: "mes|meses", ja: "か月" },
    ...{ pl: "miesiąc|miesiące|miesięcy|miesiąca", ar: "شهر|شهران|أشهر|شهرًا|شهر" },
  },
];

const formOrder: Readonly<Record<string, readonly Intl.LDMLPluralRule[]>> = {
  ...{ ar: ["one", "two", "few", "many", "other"], pl: ["one", "few", "many", "other"], ja: ["other"] },
  ...{ de: ["one", "other"], en: ["one", "other"], es: ["one", "other"], fr: ["one", "other"] },
};

/** By each form in each language, so that a German seller may count in "Anfragen". */
const formsByWord = new Map(
  unitForms.flatMap((forms) =>
    Object.values(forms).flatMap((line) =>
      line.split("|").map((word) => [word.toLowerCase(), forms] as const),
    ),
  ),
);

/** The unit in the locale's language, by the tenant's own words or by ours, in the form that the quantity asks for: 1 request, 2 żądania, 5 żądań. */
export function unitWord(
  unit: string,
  quantity: string,
  {
    locale,
    own = {},
  }: { readonly locale: string; readonly own?: Readonly<Record<string, UnitForms>> | undefined },
): string {
  const language = new Intl.Locale(locale).language;
  const category = pluralRules(locale).select(Math.abs(Number(quantity)));
  const ownForms = Object.hasOwn(own, unit) ? own[unit] : undefined;
  if (ownForms !== undefined) return ownForms[category] ?? ownForms["other"] ?? unit;
  const forms = formsByWord.get(unit.toLowerCase())?.[language]?.split("|");
  const order = formOrder[language];
  if (forms === undefined || order === undefined) return unit;
  return forms[order.indexOf(category)] ?? forms.at(-1) ?? unit;
}

export type TaxStatus = "taxable" | "exempt" | "reverse_charge";

const reverseChargeByLanguage: ReadonlyMap<string, string> = new Map([
  ["ar", "احتساب عكسي: يتولى المستلم تسديد ضريبة القيمة المضافة (المادة 196 من التوجيه 2006/112/EC)"],
  ["en", "Reverse charge: VAT to be accounted for by the recipient (Art. 196 Directive 2006/112/EC)"],
  ["de", "Steuerschuldnerschaft des Leistungsempfängers (Art. 196 Richtlinie 2006/112/EG)"],
  ["es", "Inversión del sujeto pasivo: IVA a liquidar por el destinatario (art. 196 Directiva 2006/112/CE)"],
  ["fr", "Autoliquidation : TVA due par le preneur (art. 196 de la directive 2006/112/CE)"],
  ["it", "Inversione contabile: IVA a carico del destinatario (art. 196 direttiva 2006/112/CE)"],
  ["ja", "リバースチャージ: VAT は受領者が申告・納付します（指令 2006/112/EC 第196条）"],
  ["nl", "Btw verlegd: btw te voldoen door de afnemer (art. 196 Richtlijn 2006/112/EG)"],
  ["pl", "Odwrotne obciążenie: VAT rozlicza nabywca (art. 196 dyrektywy 2006/112/WE)"],
  ["pt", "Autoliquidação: IVA devido pelo adquirente (art. 196.º da Diretiva 2006/112/CE)"],
]);
const english = "en";

/**
 * Sentences that the law wants printed for the customer's tax status, in the locale's language (English where we
 * have no other). Reverse charge has one; taxable and exempt have none.
 * Source: Directive 2006/112/EC, Art. 226 no. 11a and Art. 196.
 */
export function taxNotices(taxStatus: TaxStatus, locale: string): string[] {
  if (taxStatus !== "reverse_charge") return [];
  const language = locale.split(/[-_]/)[0]?.toLowerCase() ?? english;
  const notice = reverseChargeByLanguage.get(language) ?? reverseChargeByLanguage.get(english);
  return notice === undefined ? [] : [notice];
}

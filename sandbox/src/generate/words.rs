//! Words that do not depend on a culture: companies, domains, labels.

/// Domains reserved for examples.
pub(super) const MAIL_DOMAINS: [&str; 6] =
    ["example.com", "example.org", "example.net", "mail.example", "post.example", "inbox.example"];
/// Domains of invented companies.
pub(super) const WORK_DOMAINS: [&str; 6] = [
    "corp.example",
    "northwind.example",
    "muehlbach.example",
    "atelier.example",
    "harbour.example",
    "yamabuki.example",
];
/// Invented companies.
pub(super) const COMPANIES: [&str; 14] = [
    "Quarry & Quill Ltd",
    "Mühlbach Maschinenbau GmbH & Co. KG",
    "Atelier Lumière Fictive",
    "Talleres Peñaflor S.L.",
    "Zakłady Żarnowiec",
    "Νήσος Ναυτιλιακή",
    "Берёзка Телеком",
    "شركة النخيل للتجارة",
    "הר זהב בע״מ",
    "कमल उद्योग",
    "บริษัท ดอกบัว จำกัด",
    "示例科技有限公司",
    "株式会社やまぶき",
    "무궁화 상사",
];
/// Departments.
pub(super) const DEPARTMENTS: [&str; 7] =
    ["Sales", "R&D", "Human Resources", "Einkauf", "Comptabilité", "総務部", "Отдел кадров"];
/// Custom types, as users invent them.
pub(super) const CUSTOM_TYPES: [&str; 6] = ["holiday home", "Büro", "assistant's desk", "boat", "école", "👵 grandma"];
/// Nicknames.
pub(super) const NICKNAMES: [&str; 10] =
    ["Bee", "Ace", "Mausi", "Tío", "Kiki", "Шурик", "בובי", "Π.", "あーちゃん", "Doc"];
/// Interests.
pub(super) const INTERESTS: [&str; 8] =
    ["rowing", "Schach", "pétanque", "盆栽", "bird watching", "футбол", "cooking, baking", "🎸"];
/// Relations that Google knows.
pub(super) const RELATIONS: [&str; 10] =
    ["spouse", "child", "mother", "father", "brother", "sister", "friend", "manager", "assistant", "partner"];
/// Messaging services.
pub(super) const SERVICES: [&str; 6] = ["jabber", "skype", "googleTalk", "icq", "Signal", "Matrix"];
/// Custom fields: key and value.
pub(super) const CUSTOM_FIELDS: [(&str, &str); 8] = [
    ("Customer number", "K-10042"),
    ("Shoe size", "42"),
    ("Lieferzeit", "3–5 Tage"),
    ("Contract", "until 2031-12-31; renewable"),
    ("Clé du portail", "côté jardin"),
    ("座席", "窓側"),
    ("Wi-Fi", "guest \"lobby\" \\ floor 2"),
    ("Empty box?", "yes 📦"),
];
/// Offices.
pub(super) const OFFICES: [(&str, &str, &str); 4] =
    [("HQ", "3", "3-114"), ("Annex B", "1", "B-07"), ("Werk Süd", "EG", "S 12"), ("本館", "12", "12-A")];

//! Cultures that write Greek, Cyrillic, Arabic, Hebrew and Devanagari.

use super::culture::{Culture, n};

/// Greece and Cyprus.
pub(super) const GREEK: Culture = Culture {
    language: "el",
    given: &[
        n("Αλέξανδρος", "alexandros"),
        n("Δήμητρα", "dimitra"),
        n("Ευάγγελος", "evangelos"),
        n("Ιωάννα", "ioanna"),
        n("Κυριάκος", "kyriakos"),
        n("Μυρτώ", "myrto"),
        n("Χαράλαμπος", "charalampos"),
        n("Ψυχή", "psychi"),
    ],
    family: &[
        n("Αγγελόπουλος", "angelopoulos"),
        n("Βασιλειάδης", "vasileiadis"),
        n("Καραμήτρου", "karamitrou"),
        n("Μαυρογένης", "mavrogenis"),
        n("Ξυλούρης", "xylouris"),
        n("Παπαδήμου", "papadimou"),
        n("Τριανταφύλλου", "triantafyllou"),
    ],
    phonetic: true,
    prefixes: &["κ.", "κα", "Δρ."],
    jobs: &["Δικηγόρος", "Μηχανικός", "Λογίστρια", "Υπεύθυνος πωλήσεων"],
    streets: &["Οδός Ελευθερίας", "Λεωφόρος Ποσειδώνος", "Πλατεία Δημοκρατίας"],
    places: &[("Νεάπολη Παραδείγματος", "Αττική", "000 99"), ("Άνω Χωριό", "Κρήτη", "000 98")],
    country: ("Ελλάδα", "GR"),
    notes: &["Να τηλεφωνήσω το απόγευμα.", "Γνωριστήκαμε στην έκθεση 🏛️", "Μιλάει και ιταλικά."],
};

/// Russia, Ukraine, Bulgaria.
pub(super) const RUSSIAN: Culture = Culture {
    language: "ru",
    given: &[
        n("Алёна", "alyona"),
        n("Богдан", "bogdan"),
        n("Василиса", "vasilisa"),
        n("Евгений", "evgeniy"),
        n("Їванна", "yivanna"),
        n("Людмила", "lyudmila"),
        n("Святослав", "svyatoslav"),
        n("Юлия", "yuliya"),
    ],
    family: &[
        n("Артёмьева", "artemyeva"),
        n("Белозёров", "belozerov"),
        n("Гайворонська", "haivoronska"),
        n("Журавлёв", "zhuravlev"),
        n("Мельниченко", "melnychenko"),
        n("Подъячева", "podyacheva"),
        n("Щукин", "shchukin"),
        n("Ёлкина", "yolkina"),
    ],
    phonetic: true,
    prefixes: &["г-н", "г-жа", "д-р"],
    jobs: &["Главный бухгалтер", "Инженер", "Менеджер по продажам", "Переводчица"],
    streets: &["улица Берёзовая", "Лесной проспект", "набережная Тихая"],
    places: &[("Примерск", "Сибирь", "000999"), ("Зелёный Бор", "Урал", "000998")],
    country: ("Россия", "RU"),
    notes: &["Перезвонить в пятницу.", "Познакомились на выставке 🪆", "Отчёт — до конца месяца."],
};

/// The Arab world: written from right to left.
pub(super) const ARABIC: Culture = Culture {
    language: "ar",
    given: &[
        n("أحلام", "ahlam"),
        n("بشير", "bashir"),
        n("جميلة", "jamila"),
        n("خالد", "khalid"),
        n("زينب", "zainab"),
        n("عبد الرحيم", "abdulrahim"),
        n("فاطمة الزهراء", "fatima"),
        n("يوسف", "yusuf"),
    ],
    family: &[
        n("الأندلسي", "alandalusi"),
        n("البستاني", "albustani"),
        n("الحدّاد", "alhaddad"),
        n("الشامي", "alshami"),
        n("بن ناصر", "binnasser"),
        n("قاسم", "qasim"),
        n("المرّاكشي", "almarrakchi"),
    ],
    phonetic: true,
    prefixes: &["السيد", "السيدة", "د.", "أ."],
    jobs: &["مهندسة معمارية", "محاسب", "مدير المبيعات", "طبيبة"],
    streets: &["شارع النخيل", "طريق البحر", "ساحة الزيتون"],
    places: &[("مدينة المثال", "الساحل", "00099"), ("عين الورد", "الجبل", "00098")],
    country: ("الأردن", "JO"),
    notes: &["الاتصال بعد العصر.", "التقينا في المعرض 🌙", "يتحدث الفرنسية أيضًا."],
};

/// Israel: written from right to left.
pub(super) const HEBREW: Culture = Culture {
    language: "he",
    given: &[
        n("אבישי", "avishai"),
        n("בתיה", "batya"),
        n("גלעד", "gilad"),
        n("הדסה", "hadassa"),
        n("יהונתן", "yehonatan"),
        n("עינת", "einat"),
        n("שׁוּלָה", "shula"),
    ],
    family: &[
        n("בן־דרור", "bendror"),
        n("גולדפיין", "goldfein"),
        n("הר־זהב", "harzahav"),
        n("כרמלי", "carmeli"),
        n("צפתי", "tzfati"),
        n("תשובה", "tshuva"),
    ],
    phonetic: true,
    prefixes: &["מר", "גב׳", "ד״ר", "עו״ד"],
    jobs: &["עורכת דין", "מהנדס תוכנה", "רואה חשבון", "מנהלת מכירות"],
    streets: &["רחוב הזית", "שדרות האלון", "דרך הים"],
    places: &[("כפר לדוגמה", "הגליל", "0000099"), ("גבעת הדמיון", "השרון", "0000098")],
    country: ("ישראל", "IL"),
    notes: &["לחזור אליו ביום ראשון.", "נפגשנו בתערוכה 🕊️", "מעדיפה הודעות."],
};

/// India.
pub(super) const HINDI: Culture = Culture {
    language: "hi",
    given: &[
        n("अनुष्का", "anushka"),
        n("ऋषभ", "rishabh"),
        n("कृष्णमूर्ति", "krishnamurti"),
        n("ज्योत्स्ना", "jyotsna"),
        n("प्रियंवदा", "priyamvada"),
        n("लक्ष्मण", "lakshman"),
        n("श्रद्धा", "shraddha"),
    ],
    family: &[
        n("अग्निहोत्री", "agnihotri"),
        n("उपाध्याय", "upadhyay"),
        n("कुलश्रेष्ठ", "kulshreshtha"),
        n("त्रिवेदी", "trivedi"),
        n("मुखर्जी", "mukherjee"),
        n("शृंगारपुरे", "shringarpure"),
    ],
    phonetic: true,
    prefixes: &["श्री", "श्रीमती", "डॉ."],
    jobs: &["अभियंता", "लेखाकार", "प्राध्यापिका", "बिक्री प्रबंधक"],
    streets: &["नीम मार्ग", "गांधी चौक", "झील रोड"],
    places: &[("उदाहरणपुर", "मध्य प्रदेश", "000099"), ("नयागाँव", "राजस्थान", "000098")],
    country: ("भारत", "IN"),
    notes: &["शाम को फ़ोन करना है।", "मेले में मुलाक़ात हुई 🪔", "चाय पसंद है।"],
};

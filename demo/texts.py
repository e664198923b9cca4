"""Texts of the demo platform: by customers of Quillby, an invented invoicing service, and by its assistant.

A text is chosen by the id of its row, so that no other random stream changes with the number of texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")


class Topic(NamedTuple):
    """The topic of a conversation: its title, its first message, and the first answer."""

    title: str
    question: str
    answer: str


def chosen(options: Sequence[_T], id: str) -> _T:
    """One of the options, the same for the same id."""
    return options[int(id[:8], 16) % len(options)]


def file_name(title: str, kind: str) -> str:
    """A document's file name: ``refund-policy-2026.pdf``."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") + kind


TOPICS: dict[str, Sequence[Topic]] = {
    "general_query": (
        Topic("Change the invoice language", "Can I send an invoice in French?",
              "Yes. Open the customer, choose French under Language, and the next invoice uses it."),
        Topic("Second user on the account", "How do I add a colleague to our account?",
              "Go to Settings, Team, and enter the colleague's e-mail address."),
        Topic("Reminder e-mails", "When do you send payment reminders?",
              "7 and 14 days after the due date, unless you chose other days under Reminders."),
        Topic("Cancel an invoice", "I sent an invoice to the wrong customer. What now?",
              "Cancel it from its menu: Quillby writes a credit note and keeps the number."),
        Topic("Due date in the past", "Why is my new invoice overdue already?",
              "The customer has payment terms of 0 days. You can change that on the customer's page."),
        Topic("Logo on invoices", "Where do I upload our logo?",
              "Under Settings, Branding. PNG or SVG, at least 400 pixels wide."),
        Topic("Partial payment", "A customer paid half. How do I record that?",
              "Choose Record payment on the invoice and enter the amount; the rest stays open."),
        Topic("Switch to yearly billing", "Do we save anything when we pay yearly?",
              "Yes, two months. You can switch under Settings, Plan, at any time."),
        Topic("Delete the trial account", "Please delete my trial account.",
              "I have prepared the deletion. Please confirm it with the link that we sent you."),
        Topic("Quote into invoice", "Can a quote become an invoice without typing it again?",
              "Yes: open the accepted quote and choose Create invoice."),
        Topic("Rounding differences", "The total is one cent off. Is that a bug?",
              "No. Tax is rounded per line; under Settings, Tax you can round the total instead."),
        Topic("Holiday notice", "Is your support open between Christmas and New Year?",
              "Yes, from 10 to 16 h on working days. I am here all the time."),
    ),
    "kb_search": (
        Topic("Export for the accountant", "How do I export all invoices of a quarter?",
              "Reports, Export: choose the quarter and the format that your accountant needs."),
        Topic("Reverse charge", "What must an invoice say under reverse charge?",
              "Both VAT numbers, no tax, and the note that the recipient owes it. Quillby adds it for EU customers."),
        Topic("Two-factor sign-in", "How can I switch on two-factor authentication?",
              "Under Profile, Security. You need an app that shows one-time codes."),
        Topic("Import customers", "Which columns does the customer import expect?",
              "Name, e-mail and country are required. The article has a template to download."),
        Topic("Recurring invoices", "How do recurring invoices work?",
              "You set an interval and a first date; each copy is sent at 6 in the morning."),
        Topic("Number ranges", "Can our invoice numbers start at 5000?",
              "Yes, under Settings, Numbers, as long as the new number is higher than the last one."),
        Topic("Credit notes", "What is the difference between a credit note and a refund?",
              "A credit note corrects the books, a refund returns the money. Usually you need both."),
        Topic("Retention of documents", "How long do you keep our documents?",
              "Ten years, as tax law asks. After that they are deleted at the end of the year."),
        Topic("Payment by SEPA", "What do we need for SEPA direct debit?",
              "A creditor id and a signed mandate of each customer. The guide leads through both."),
        Topic("Multiple currencies", "Which exchange rate do you use for invoices in dollars?",
              "That of the European Central Bank on the day of the invoice."),
        Topic("Roles and rights", "Can our trainee see invoices without changing them?",
              "Yes, give them the role Reader under Settings, Team."),
        Topic("Archive a project", "How do I hide projects that are finished?",
              "Archive them from the project's menu. Reports still count them."),
    ),
    "web_search": (
        Topic("VAT rate in Portugal", "What is the current VAT rate in Portugal?",
              "The standard rate on the mainland is 23 %. Madeira and the Azores have lower ones."),
        Topic("E-invoice from 2027", "When do e-invoices become mandatory in Germany?",
              "Receiving them is since January 2025; sending them follows in steps until 2028."),
        Topic("Late payment interest", "How much interest may I charge for late payment?",
              "Between companies 9 percentage points above the base rate, in most of the EU."),
        Topic("Bank holidays", "Is 1 November a bank holiday in Bavaria?",
              "Yes, All Saints' Day is a public holiday in Bavaria."),
        Topic("Peppol in Belgium", "Do Belgian customers need Peppol?",
              "For invoices between companies, yes: it is the default there since January 2026."),
        Topic("Exchange rate", "What was the dollar rate at the end of last month?",
              "I found the reference rate of the European Central Bank and put the link below."),
    ),
    "api_query": (
        Topic("Invoice 2214", "Has invoice 2214 been paid?", "Yes, in full, by bank transfer two days ago."),
        Topic("Open invoices", "Which invoices are still open?",
              "Seven, 4,310 euros together. The oldest is 23 days overdue."),
        Topic("Last payment of a customer", "When did Brandt & Sons last pay?",
              "On the 3rd of this month: 890 euros for invoice 2187."),
        Topic("Turnover this quarter", "What is our turnover this quarter?",
              "38,420 euros net so far, 6 % more than at this time last quarter."),
        Topic("Resend an invoice", "Please send invoice 2231 again.", "Done. It went to the same address as before."),
        Topic("Change an address", "Our customer Costa moved to Porto. Can you change that?",
              "I changed the address. Invoices that were sent already keep the old one."),
        Topic("Draft for March", "Create an invoice for March like that for February.",
              "There is a draft with the same lines. Please check the hours before you send it."),
        Topic("Hours not billed", "How many hours of project Harbour are not billed yet?", "14.5, since the 8th."),
    ),
}  # fmt: skip
"""By intent, what conversations are about."""

FOLLOW_UPS = (
    ("And on my phone?", "It is in the same place there, behind the menu with three dots."),
    ("Where exactly is that?", "At the top right, beside the search. I added a picture below."),
    ("Can you show me an example?", "Of course, here is one from our test account."),
    ("That did not work.", "Please reload the page once. If it still fails, I will hand you over to a person."),
    ("I do not see that button.", "Then an admin of your account must allow it first, under Settings, Team."),
    ("Does that cost extra?", "No, it is part of your plan."),
    ("And for customers outside the EU?", "There it works in the same way, but tax is left out."),
    ("What happens next?", "You get an e-mail when it is done, usually within a minute."),
    ("Can I undo it?", "Yes, for 30 days, from the history of the document."),
    ("Thanks! Is it the same for quotes?", "Yes, quotes and invoices have the same settings there."),
    ("Who can see that?", "Members of your team with the role Editor or Admin."),
    ("Can you do it for me?", "I have done that for you. Please check the result."),
    ("It says that I lack the rights.", "An admin of your account can give them to you under Settings, Team."),
    ("How long does it take?", "Less than a minute for most accounts."),
    ("Okay, that worked. Thank you!", "You are welcome!"),
    ("Since when is it like that?", "Since the release of last month; the release notes have the details."),
)
"""The next exchange of a conversation: the question and the answer."""

COMMENTS = {
    1: (
        "This did not answer my question.", "Wrong. There is no such button in my account.",
        "I asked about quotes and got an answer about invoices.", "Three tries, three times the same answer.",
        "The export that it describes was removed last year.", "Please just connect me with a person.",
        "It says it sent the invoice, but the customer got nothing.", "Took ages and then an error.",
    ),
    2: (
        "Half right: the second step has changed.", "The link in the answer leads nowhere.",
        "Too general, I needed it for Austria.", "It did not know our plan.",
    ),
    3: (
        "Right, but far too long.", "Okay. A picture would have helped.", "It helped in the end, after I asked twice.",
        "Correct for monthly plans only.",
    ),
    4: (
        "Good answer, a bit slow.", "Clear. Please add a link to the article.", "Helpful, one step was missing.",
        "Worked after I reloaded the page.",
    ),
    5: (
        "Exactly what I needed, thanks!", "Quick and right.", "Solved in a minute. Great!",
        "Better than searching the help pages.", "It even found the invoice for me.", "Clear steps, worked at once.",
        "Saved me a call.", "Thank you, that was the setting.", "Works now.", "Did not expect that from a bot.",
        "Perfect, also for our accountant.", "Good that it asked back first.",
    ),
}  # fmt: skip
"""By rating, what people write with it."""

TICKETS: dict[str | None, Sequence[str]] = {
    "how_to": (
        "How do we split an invoice between two projects?", "Need help with the first recurring invoice",
        "Where can I change the sender's address?", "Set up reminders in Spanish",
        "How to merge two customers", "Import of old invoices from a spreadsheet", "Show the order number on invoices",
        "How do I close the year?", "Different payment terms for one customer",
    ),
    "bug": (
        "Totals on the dashboard differ from the report", "PDF shows the old logo",
        "Search finds no customer with an umlaut", "Reminder was sent although the invoice is paid",
        "App signs me out after a few minutes", "Upload of a 12 MB contract never ends",
        "Date picker jumps to the wrong month", "Invoice preview is empty in Safari",
        "Copied invoice keeps the old due date", "Numbers in the export have dots instead of commas",
    ),
    "billing": (
        "Charged twice in one month", "Please send our own invoices to a new address",
        "VAT number is missing on your invoice", "Refund for the seat that we removed",
        "Question about the price of the Team plan", "Card was declined, but it is valid",
    ),
    "access": (
        "Colleague left, please transfer her account", "Cannot sign in since my e-mail address changed",
        "Lost the phone with the one-time codes", "Invitation e-mail does not arrive",
        "Our accountant needs read access", "Account locked after three tries",
    ),
    "integration": (
        "Bank connection asks for a new consent every day", "Webhook for paid invoices arrives twice",
        "Shop orders are imported without tax", "Calendar sync creates duplicates",
        "API answers 403 with the new key", "Connection to the time tracker is lost",
    ),
    None: (
        "Please call me back", "Feedback on the new menu", "Question about our contract", "Who is our contact person?",
    ),
}  # fmt: skip
"""By category, titles of tickets."""

INCIDENT_TICKETS = (
    "Assistant does not answer any more", "Nothing loads, only a spinning wheel", "Upload fails with an error",
    "Sending invoices takes minutes", "Error 500 when I open a document", "Is there an outage?",
)  # fmt: skip
"""Titles of tickets that people open because of the incident."""

DOCUMENTS = tuple(
    f"{name}{suffix}"
    for name in (
        "Onboarding checklist", "Refund policy", "Price list", "Team handbook", "Security overview", "API guide",
        "Tax rules by country", "Reminder templates", "SEPA mandate", "Data processing agreement", "Release notes",
        "Glossary of accounting terms", "Import template for customers", "Year-end closing", "Support playbook",
        "Terms of service", "Bank connection guide", "Retention schedule", "Roles and rights", "Invoice samples",
    )
    for suffix in ("", " 2025", " 2026", " (draft)", ", short version", " (partners)")
)  # fmt: skip

SYSTEM_PROMPT = "You are the assistant of Quillby. Answer from the articles below, in the language of the question."
EVALUATED, FROM_CHAT = "Judged by the evaluation of answers.", "Given in the chat window."
"""Comments of scores in Langfuse."""

FIRST_NAMES = (
    "Ada", "Anna", "Bela", "Ben", "Carla", "Chiara", "Daniel", "Deniz", "Elif", "Emil", "Fatou", "Felix", "Goran",
    "Hana", "Hugo", "Igor", "Ines", "Jana", "Jonas", "Kofi", "Lea", "Lena", "Luca", "Maja", "Mateo", "Mina", "Nora",
    "Omar", "Paula", "Pedro", "Rosa", "Samir", "Sofia", "Theo", "Tilda", "Uma", "Vera", "Viktor", "Yara", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Almeida", "Arslan", "Bakker", "Brandt", "Costa", "Dahl", "Dubois", "Eriksen", "Ferrari", "Fischer", "Greco",
    "Haas", "Horvat", "Ito", "Jansen", "Kaya", "Keller", "Kowalski", "Lindqvist", "Marek", "Mensah", "Moreau",
    "Novak", "Okafor", "Olsen", "Pereira", "Petrov", "Rossi", "Santos", "Schulz", "Sharma", "Silva", "Tanaka",
    "Toth", "Urban", "Vidal", "Weber", "Yilmaz", "Young", "Zeller",
)  # fmt: skip

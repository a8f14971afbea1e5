"""Questionnaires sent to vendors, what they answered, and what the client made of it.

Three things that are never mixed: the vendor's answer, the reviewer's verdict, and the papers that
show something. The vendor needs no account: a link opens the questionnaire, and a code by mail.
"""

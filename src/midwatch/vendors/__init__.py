"""Due diligence: who a vendor is, what it says, shows and owes, and how candidates compare.

Pure rules without database, network or pages; days and instants are arguments. What others
send is material to judge: nothing in it is evaluated, nothing missing is taken for good.

| module | holds |
|---|---|
| ``vendor``, ``tiers`` | the vendor and its life; inherent risk of a service |
| ``evidence``, ``contracts``, ``holdings`` | papers, clauses, data that partners hold |
| ``findings``, ``reviews``, ``reminders``, ``cadence`` | what is open, due, promised and kept |
| ``service_facts`` | a provider's own record of its service, signed and verified |
| ``finance`` | statements, ratios, Z'', what they say together |
| ``questionnaires`` | versions, answers, scores, foreign formats and the mapping to them |
| ``comparing`` | candidates against needs, and the decision |
| ``registers``, ``calendar_feed`` | exports: GDPR, DORA, iCalendar |
| ``spreadsheets`` | tables in and out, distrusted |

Each is imported by its own name, so that a command loads only what it uses.
"""

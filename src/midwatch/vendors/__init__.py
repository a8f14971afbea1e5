"""Due diligence: who a vendor is, what it says, shows and owes, and how candidates compare.

Pure rules without database, network or pages; days and instants are arguments. What others
send is material to judge: nothing in it is evaluated, nothing missing is taken for good.
"""

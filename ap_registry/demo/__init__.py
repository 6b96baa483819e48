"""Made-up local authorities: schools, providers, pupils, two school years of notices and registers.

Nothing here is real: names of people and schools are invented, UPNs only have a right check letter.
The mix follows national figures (school-arranged AP 2022/23: behaviour 56 %, mental health 18 %,
physical health 2 %, permanent exclusion under review 1 %, other 22 %; DfE "Special educational
needs and alternative provision", school-arranged placements by reason).
"""

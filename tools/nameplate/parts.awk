# SPDX-License-Identifier: MIT
# firmware/parts.csv as rows of C, for chips.c. Numbers that are not there are 0.
function number(field) { return field == "" ? "0" : field }
BEGIN { FS = ","; print "/* Made from firmware/parts.csv. */" }
/^#/ || /^part,/ { next }
NF != 12 { print "firmware/parts.csv: line " NR " has " NF " fields, and a row is 12" > "/dev/stderr"; exit 1 }
{
	guarded = $9 == "guarded"
	printf "{\"%s\", \"%s\", %s, %s, %s, %s, 0x%s, %s, %s, %s, %s},\n", $1, $4, $3, number($5), number($6), $7, $8,
		guarded ? 0 : number($9), number($10), guarded ? "true" : "false", number($12)
}

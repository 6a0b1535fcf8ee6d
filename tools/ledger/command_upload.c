/* SPDX-License-Identifier: MIT */
/*
 * done and failed: how an upload ended. Each writes one record, under the upload's key: said twice, it is one.
 */
#include "device.h"
#include "error.h"
#include "options.h"
#include "record.h"
#include "report.h"
#include "sha256.h"
#include "word.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct upload {
	const struct options *options;
	const char *what;
	char uid[UID_TEXT], key[KEY_TEXT], *read, sum[SHA256_TEXT];
	const char *image;
	struct found found;
	struct device device;
	int freed;
};

/* What was read back, as a JSON object. */
static char *read_back(const struct found *found)
{
	json_t *object = json_object();
	char *text;

	for (unsigned i = 0; i < found->count; i++)
		json_object_set_new(object, found->list[i].series.name, json_string(found->list[i].value));
	text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(object);
	return text;
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Whether this upload has its record already: 1, 0, or -1 also if that says otherwise. */
static int recorded(struct database *db, const struct upload *upload)
{
	struct rows rows;
	int found = query(db, &rows, SQL_RECORD_KEY, "t", upload->key) ? -1 : rows_next(&rows);

	if (found > 0 && (strcmp(rows_text(&rows, 0), upload->what) || !same(rows_text(&rows, 1), upload->uid) ||
			  !same(rows_text(&rows, 2), upload->read)))
		found = fail(
			"the upload %s is recorded as %s already, and a record is never changed: take anew for another upload",
			quote(upload->key), rows_text(&rows, 0));
	rows_end(&rows);
	return found;
}

/* The device of this upload. */
static int find_device(struct database *db, struct upload *upload)
{
	int found;

	if (upload->options->upload) {
		found = device_of_upload(db, upload->uid, upload->key, &upload->device);
		if (found == 0)
			return fail(
				"another upload to a device with the unique ID %s began after %s: two boards with one unique ID, or two "
				"stations with one board? Take anew",
				upload->uid, quote(upload->key));
		return found < 0 ? -1 : 0;
	}
	if (upload->found.count)
		return device_resolve(db, upload->uid, &upload->found, &upload->device) < 0 ? -1 : 0;
	return device_only(db, upload->uid, &upload->device);
}

/* A number that was read back belongs to this device. */
static int mark_used(struct database *db, const struct upload *upload)
{
	for (unsigned i = 0; i < upload->found.count; i++) {
		const struct named *named = &upload->found.list[i];
		const int changed = run(db, SQL_NUMBER_USED, "iti", named->series.id, named->value, upload->device.id);

		if (changed < 0)
			return -1;
		if (changed == 0)
			return fail(
				"device %s has %s=%s, but the ledger %s gave it another or none: nameplate-ledger show %s; what it has is not "
				"recorded",
				upload->uid, named->series.name, quote(named->value), db->name, upload->uid);
	}
	return 0;
}

/* Every number of this upload must have been read back. */
static int none_left(struct database *db, const struct upload *upload)
{
	struct rows rows;
	int found =
		query(db, &rows, SQL_NUMBER_UNREPORTED, "it", upload->device.id, upload->key) ? -1 : rows_next(&rows);

	if (found > 0)
		found = fail("%s=%s was taken for this upload, but --has does not say that it was read back",
			     rows_text(&rows, 0), quote(rows_text(&rows, 1)));
	rows_end(&rows);
	return found ? -1 : 0;
}

static int work(struct database *db, void *data)
{
	struct upload *upload = data;
	struct record record = {upload->key,  upload->what,  upload->uid,    0,
				upload->read, upload->image, upload->options};
	const bool done = !strcmp(upload->what, "done");
	int known = recorded(db, upload);

	if (known)
		return known < 0 ? -1 : 0;
	if (find_device(db, upload))
		return -1;
	if (done && (mark_used(db, upload) || none_left(db, upload)))
		return -1;
	if (upload->options->nothing_written) {
		/* Only what this upload took: of an earlier one nobody knows what it wrote. */
		upload->freed = run(db, SQL_NUMBER_NOTHING_WRITTEN, "it", upload->device.id,
				    upload->options->upload ? upload->key : upload->device.upload);
		if (upload->freed < 0)
			return -1;
	}
	record.copy = upload->device.copy;
	return record_add(db, &record) < 0 ? -1 : 0;
}

/* The image's SHA-256: as it was given, or the file's. Of both, the file must still be the one that was written. */
static int take_image(struct upload *upload)
{
	const struct options *options = upload->options;

	upload->image = options->image_sha256;
	if (!options->image)
		return 0;
	if (sha256_file(options->image, upload->sum))
		return -1;
	upload->image = upload->sum;
	return options->image_sha256 && strcmp(options->image_sha256, upload->sum)
		       ? fail("the image %s changed during the upload: its SHA-256 is not %s any more",
			      quote(options->image), options->image_sha256)
		       : 0;
}

static int end_upload(struct database *db, const struct options *options, const char *what)
{
	static struct upload upload;
	struct report report;
	int err;

	upload.options = options;
	upload.what = what;
	if (!options->uid)
		return fail("%s needs --uid and the device's unique ID", what);
	if (options->upload && strlen(options->upload) != KEY_TEXT - 1)
		return fail("--upload %s: give what take printed as upload=", quote(options->upload));
	if (word_uid(options->uid, upload.uid) || found_parse(db, options, &upload.found) || take_image(&upload))
		return -1;
	word_random(upload.key);
	if (options->upload)
		strcpy(upload.key, options->upload);
	if (upload.found.count && !(upload.read = read_back(&upload.found)))
		return fail_memory();
	err = transaction(db, work, &upload);
	if (!err) {
		report_begin(&report, options->json, false);
		report_text(&report, "upload", upload.key);
		report_text(&report, "outcome", what);
		if (!strcmp(what, "failed"))
			report_integer(&report, "freed", upload.freed);
		report_end(&report);
	}
	free(upload.read);
	return err;
}

int command_done(struct database *db, const struct options *options)
{
	if (options->has_count == 0)
		return fail("done needs --has SERIES=VALUE: what was read back from the device");
	return end_upload(db, options, "done");
}

int command_failed(struct database *db, const struct options *options)
{
	return end_upload(db, options, "failed");
}

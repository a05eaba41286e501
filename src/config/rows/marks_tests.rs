//! Wrappers as services write them, each around two people: which of them are whole.

use super::super::report::Report;
use super::{Form, read};

/// Why an export of two people is refused; empty where it is read. `#` stands for their array.
fn refused(wrapper: &str, records: &str) -> Vec<String> {
    let people = "[{\"id\": \"a\", \"page\": 1, \"totalPages\": 9, \"partial\": true, \"next\": \"b\"}, {\"id\": \"b\"}]";
    let mut report = Report::default();
    let file = report.sources.add("x", wrapper.replace('#', people));
    let table = read(&mut report, file, Form::Json, Some(records), None);
    let found: Vec<String> = report.finish().1.into_iter().map(|found| found.summary).collect();
    assert_eq!(table.is_none(), !found.is_empty(), "{wrapper}");
    if let Some(table) = table {
        assert_eq!(table.len(), 2, "{wrapper}");
    }
    found
}

/// Where the records stand, and what an export of a part of them looks like.
const NOT_WHOLE: &[(&str, &str)] = &[
    // Flags, at the top, above and beside the records.
    ("users", r#"{"truncated": true, "users": #}"#),
    ("users", r#"{"users": #, "truncated": true}"#),
    (
        "result.result",
        r#"{"result": {"count": 2, "truncated": true, "summary": "2 users matched", "result": #}}"#,
    ),
    (
        "result.result",
        r#"{"result": {"count": 2, "result": #}, "truncated": 1, "error": null, "id": 0}"#,
    ),
    ("d.people.all", r#"{"d": {"people": {"all": #}, "IsTruncated": "true"}}"#),
    ("Users", r#"{"Users": #, "IsTruncated": true, "Marker": "abc"}"#),
    ("users", r#"{"isTruncated": true, "users": #}"#),
    ("users", r#"{"is_truncated": "True", "users": #}"#),
    ("users", r#"{"is-truncated": 1, "users": #}"#),
    ("users", r#"{"$truncated": true, "users": #}"#),
    ("users", r#"{"@truncated": true, "users": #}"#),
    ("users", r#"{"_truncated": true, "users": #}"#),
    ("users", r#"{"resultTruncated": "yes", "users": #}"#),
    ("users", r#"{"partial": true, "users": #}"#),
    ("users", r#"{"isPartial": true, "users": #}"#),
    ("users", r#"{"partial_results": "1", "users": #}"#),
    ("users", r#"{"status": {"partial": true}, "users": #}"#),
    ("users", r#"{"incomplete": true, "users": #}"#),
    ("users", r#"{"isIncomplete": true, "users": #}"#),
    ("items", r#"{"total_count": 2, "incomplete_results": true, "items": #}"#),
    ("data", r#"{"object": "list", "has_more": true, "data": #}"#),
    ("users", r#"{"hasMore": true, "users": #}"#),
    ("users", r#"{"HasMoreResults": "TRUE", "users": #}"#),
    ("users", r#"{"moreItems": true, "users": #}"#),
    ("users", r#"{"more": "y", "users": #}"#),
    ("users", r#"{"sizeLimitExceeded": true, "users": #}"#),
    ("users", r#"{"limit_reached": true, "users": #}"#),
    ("users", r#"{"page_info": {"deep": {"er": {"truncated": true}}}, "users": #}"#),
    // What is false where it is not whole.
    (
        "records",
        r#"{"totalSize": 2, "done": false, "nextRecordsUrl": "/services/data/v60.0/query/01g-2000", "records": #}"#,
    ),
    ("records", r#"{"done": false, "records": #}"#),
    ("values", r#"{"isLast": false, "values": #}"#),
    ("values", r#"{"isLastPage": "false", "values": #}"#),
    ("users", r#"{"complete": false, "users": #}"#),
    ("members", r#"{"ok": false, "members": #}"#),
    ("data", r#"{"success": false, "data": #}"#),
    // What leads to the next page.
    (
        "value",
        r#"{"value": #, "@odata.nextLink": "https://graph.microsoft.com/v1.0/users?$skiptoken=X"}"#,
    ),
    ("value", r#"{"value": #, "value@odata.nextLink": "https://example.com/2"}"#),
    ("value", r#"{"value": #, "odata.nextLink": "directoryObjects/$/x"}"#),
    ("value", r#"{"value": #, "$skipToken": "X'44'"}"#),
    ("users", r#"{"kind": "admin.directory.users", "users": #, "nextPageToken": "~!!~AI9"}"#),
    ("users", r#"{"users": #, "NEXT-PAGE-TOKEN": "x"}"#),
    ("members", r#"{"ok": true, "members": #, "response_metadata": {"next_cursor": "dXNlcjpV"}}"#),
    ("Users", r#"{"Users": #, "NextToken": "AAMA"}"#),
    ("Users", r#"{"Users": #, "PaginationToken": "CAIS"}"#),
    ("Items", r#"{"Items": #, "Count": 2, "LastEvaluatedKey": {"id": {"S": "b"}}}"#),
    ("users", r#"{"continuationToken": "abc", "users": #}"#),
    ("users", r#"{"x-ms-continuation-token": "abc", "users": #}"#),
    ("items", r#"{"metadata": {"continue": "eyJ2", "remainingItemCount": 3}, "items": #}"#),
    ("items", r#"{"metadata": {"continue": "", "remainingItemCount": 3}, "items": #}"#),
    (
        "d.results",
        r#"{"d": {"results": #, "__next": "https://api.successfactors.com/odata/v2/User?$skiptoken=x"}}"#,
    ),
    ("data", r#"{"data": #, "links": {"next": "https://api.example.com/people?page=2"}}"#),
    (
        "_embedded.users",
        r#"{"_embedded": {"users": #}, "_links": {"next": {"href": "https://api.pingone.eu/v1/environments/x/users?cursor=y"}}}"#,
    ),
    (
        "users",
        r#"{"users": #, "links": [{"rel": "self", "href": "a"}, {"rel": "next", "href": "b"}]}"#,
    ),
    (
        "users",
        r#"{"users": #, "headers": {"Link": "<https://x.okta.com/api/v1/users?after=a>; rel=\"next\""}}"#,
    ),
    (
        "results",
        r#"{"paging": {"next": {"after": "NTI1Cg==", "link": "?after=NTI1"}}, "results": #}"#,
    ),
    (
        "data.users.nodes",
        r#"{"data": {"users": {"nodes": #, "pageInfo": {"hasNextPage": true, "endCursor": "Y"}}}}"#,
    ),
    (
        "result",
        r#"{"result": #, "resultCount": 2, "pagedResultsCookie": "abc", "remainingPagedResults": -1}"#,
    ),
    ("users", r#"{"users": #, "next_page": 2}"#),
    ("users", r#"{"users": #, "next_cursor_str": "1489467234237774933"}"#),
    // What may lead on, and nothing says that it does not.
    ("entries", r#"{"entries": #, "cursor": "AAH"}"#),
    ("records", r#"{"records": #, "offset": "itrXYZ/recABC"}"#),
    ("users", r#"{"users": #, "response_metadata": {"cursor": "x"}, "count": 2}"#),
    // Totals.
    ("Resources", r#"{"totalResults": 3, "itemsPerPage": 2, "startIndex": 1, "Resources": #}"#),
    ("d.results", r#"{"d": {"__count": "3", "results": #}}"#),
    ("value", r#"{"@odata.count": 3, "value": #}"#),
    ("users", r#"{"meta": {"total-count": "3"}, "users": #}"#),
    ("users", r#"{"numberOfRecords": 3, "users": #}"#),
    ("response.docs", r#"{"response": {"numFound": 3, "start": 0, "docs": #}}"#),
    ("hits.hits", r#"{"hits": {"total": {"value": 3, "relation": "eq"}, "hits": #}}"#),
    ("hits.hits", r#"{"hits": {"total": {"value": 2, "relation": "gte"}, "hits": #}}"#),
    ("data", r#"{"recordsTotal": 3, "recordsFiltered": 3, "data": #}"#),
    ("users", r#"{"total": 3e0, "users": #}"#),
    // Pages.
    ("users", r#"{"page": 1, "totalPages": 5, "users": #}"#),
    ("users", r#"{"page": "1", "totalPages": "5", "users": #}"#),
    ("users", r#"{"page": 0, "totalPages": 2, "users": #}"#),
    ("users", r#"{"page": 2, "totalPages": 2, "users": #}"#),
    ("users", r#"{"current_page": 1, "last_page": 2, "users": #}"#),
    ("users", r#"{"pageNumber": 1, "page_count": 2, "users": #}"#),
    ("users", r#"{"pageNo": 1, "pages": 2, "users": #}"#),
    ("users", r#"{"currentPage": 1, "numPages": 2, "users": #}"#),
    ("users", r#"{"page-index": 0, "number-of-pages": 2, "users": #}"#),
    ("users", r#"{"page": "1 of 5", "users": #}"#),
    ("users", r#"{"total_pages": 5, "users": #}"#),
    ("users", r#"{"page": 3, "users": #}"#),
    (
        "Report_Entry",
        r#"{"Response_Results": {"Total_Results": 3, "Total_Pages": 2, "Page_Results": 2, "Page": 1}, "Report_Entry": #}"#,
    ),
    (
        "content",
        r#"{"content": #, "page": {"size": 2, "number": 0, "totalElements": 3, "totalPages": 2}}"#,
    ),
    ("result", r#"{"result": #, "result_info": {"page": 1, "per_page": 2, "total_pages": 12}}"#),
    (
        "data",
        r#"{"success": true, "metadata": {"total_elements": 3, "current_page": 0, "total_pages": 2}, "data": #}"#,
    ),
    // It begins later, or is as full as may be.
    ("users", r#"{"offset": 100, "users": #}"#),
    ("Resources", r#"{"startIndex": 101, "Resources": #}"#),
    ("users", r#"{"limit": 2, "users": #}"#),
    ("users", r#"{"sizeLimit": 2, "entries": 2, "users": #}"#),
    // A limit was exceeded.
    ("entries", r#"{"resultCode": 4, "entries": #}"#),
    ("entries", r#"{"result": {"name": "sizeLimitExceeded", "code": 4}, "entries": #}"#),
    (
        "result.result",
        r#"{"result": {"result": #, "messages": [{"name": "x", "message": "Search result has been truncated: Configured size limit exceeded"}]}}"#,
    ),
    // It was made with errors.
    ("data.users", r#"{"data": {"users": #}, "errors": [{"message": "timeout"}]}"#),
];

#[test]
fn an_export_that_says_that_there_is_more_is_refused() {
    let read = NOT_WHOLE.iter().filter(|(records, wrapper)| refused(wrapper, records).is_empty());
    let read: Vec<&str> = read.map(|(_, wrapper)| *wrapper).collect();
    assert!(read.is_empty(), "{}", read.join("\n"));
}

#[test]
fn an_export_that_is_whole_is_read() {
    let mut wrong = Vec::new();
    for (records, wrapper) in [
        ("users", r#"{"users": #}"#),
        ("users", r#"{"page": 1, "totalPages": 1, "users": #}"#),
        ("users", r#"{"page": 0, "totalPages": 1, "pageSize": 2, "users": #}"#),
        (
            "users",
            r#"{"truncated": false, "partial": 0, "incomplete": "false", "hasMore": null, "users": #}"#,
        ),
        ("users", r#"{"truncated": "", "more": "no", "isTruncated": "False", "users": #}"#),
        (
            "users",
            r#"{"nextPageToken": "", "next": null, "NextToken": [], "next_cursor_str": "0", "users": #}"#,
        ),
        (
            "members",
            r#"{"ok": true, "members": #, "cache_ts": 1498777272, "response_metadata": {"next_cursor": ""}}"#,
        ),
        ("records", r#"{"totalSize": 2, "done": true, "records": #}"#),
        (
            "value",
            r#"{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata/users", "@odata.count": 2, "value": #}"#,
        ),
        (
            "value",
            r#"{"value": #, "@odata.deltaLink": "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=x"}"#,
        ),
        ("events", r#"{"events": #, "nextSyncToken": "CPDAlvWDx70CEPDAlvWDx70CGAU="}"#),
        (
            "result.result",
            r#"{"result": {"count": 2, "truncated": false, "summary": "2 users matched", "result": #}, "error": null, "id": 0, "principal": "admin@X"}"#,
        ),
        ("d.results", r#"{"d": {"__count": "2", "results": #}}"#),
        (
            "Resources",
            r#"{"schemas": ["x"], "totalResults": 2, "itemsPerPage": 2, "startIndex": 1, "Resources": #}"#,
        ),
        (
            "content",
            r#"{"content": #, "last": true, "first": true, "number": 0, "size": 20, "numberOfElements": 2, "totalElements": 2, "totalPages": 1, "empty": false}"#,
        ),
        ("values", r#"{"isLast": true, "maxResults": 2, "startAt": 0, "values": #}"#),
        (
            "data",
            r#"{"data": #, "links": {"self": "a", "first": "a", "last": "a", "next": null, "prev": null}}"#,
        ),
        ("users", r#"{"users": #, "links": [{"rel": "self", "href": "a"}]}"#),
        (
            "data.users.nodes",
            r#"{"data": {"users": {"totalCount": 2, "nodes": #, "pageInfo": {"hasNextPage": false, "endCursor": "Y"}}}}"#,
        ),
        (
            "result",
            r#"{"result": #, "resultCount": 2, "pagedResultsCookie": null, "totalPagedResults": -1, "remainingPagedResults": -1}"#,
        ),
        ("items", r#"{"metadata": {"continue": "", "resourceVersion": "1234"}, "items": #}"#),
        ("entries", r#"{"entries": #, "cursor": "AAH", "has_more": false}"#),
        (
            "hits.hits",
            r#"{"_scroll_id": "x", "hits": {"total": {"value": 2, "relation": "eq"}, "hits": #}}"#,
        ),
        ("users", r#"{"limit": 100, "offset": 0, "users": #}"#),
        ("users", r#"{"limit": 2, "total": 2, "users": #}"#),
        ("users", r#"{"users": #, "page": 3, "total": 2}"#),
        (
            "users",
            r#"{"generated": "2026-11-01", "nextExport": "2026-11-02", "more_info": "https://example.com", "users": #}"#,
        ),
        (
            "users",
            r#"{"start": 1764000000000, "schema": {"count": 40}, "partner": true, "completedBy": "x", "users": #}"#,
        ),
        (
            "users",
            r#"{"workflow": {"next": "approve", "page": 2}, "rate": {"remaining": 4999, "limit": 2}, "users": #}"#,
        ),
        ("users", r#"{"others": [{"truncated": true, "page": 1, "totalPages": 2}], "users": #}"#),
        ("employees", r#"{"fields": [{"id": "displayName", "type": "text"}], "employees": #}"#),
        ("Report_Entry", r#"{"Report_Entry": #}"#),
        (
            "data",
            r#"{"success": true, "metadata": {"total_elements": 2, "current_page": 0, "total_pages": 1}, "data": #}"#,
        ),
        ("entries", r#"{"resultCode": 0, "diagnosticMessage": "", "entries": #}"#),
        (
            "data",
            r#"{"status": {"error": false, "code": 200}, "pagination": {"before_cursor": null, "after_cursor": null, "next_link": null}, "data": #}"#,
        ),
        (
            "users",
            r#"{"page_count": 1, "page_number": 1, "page_size": 30, "total_records": 2, "next_page_token": "", "users": #}"#,
        ),
        ("users", r#"{"errors": [], "error": "", "warnings": ["a"], "users": #}"#),
    ] {
        wrong.extend(refused(wrapper, records).iter().map(|why| format!("{wrapper}: {why}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_said_of_it_names_the_member() {
    for (records, wrapper, expected) in [
        ("a.b", r#"{"a": {"truncated": true, "b": #}}"#, "`a.truncated` says that there are more"),
        ("b", r#"{"meta": {"next": "x"}, "b": #}"#, "`meta.next` leads to more"),
        ("b", r#"{"done": false, "b": #}"#, "`done` is false"),
        ("b", r#"{"total": 9, "b": #}"#, "`total` is 9, and it holds 2"),
        (
            "b",
            r#"{"page": 1, "totalPages": 5, "b": #}"#,
            "it is page 1 of 5 (`page` and `totalPages`)",
        ),
        (
            "b",
            r#"{"page": 5, "totalPages": 5, "b": #}"#,
            "it is page 5, the last of 5 (`page` and `totalPages`)",
        ),
        ("b", r#"{"offset": 50, "b": #}"#, "`offset` is 50, so others come before its first"),
    ] {
        assert_eq!(refused(wrapper, records), [format!("`x` is not the whole export: {expected}")]);
    }
}

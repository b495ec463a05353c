import threading
import time

import pytest

from local.data.store import existing_store
from local.engine import execute
from local.errors import SnowflakeError
from local.results import Deferred
from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    for sql in ("CREATE WAREHOUSE WH", "CREATE DATABASE D", "CREATE TABLE T (ID INT)", "CREATE TABLE U (ID INT)"):
        client.run(sql)
    return client


def beside(account: Account, client: Client) -> Client:
    """Another session in the same schema with the same warehouse."""
    other = account.admin
    mine, session = client.context.session, other.context.session
    session.database, session.schema, session.warehouse = mine.database, mine.schema, mine.warehouse
    return other


def count(client: Client, table: str = "T") -> str | None:
    return client.run(f"SELECT COUNT(*) FROM {table}").rows[0][0]  # noqa: S608


def test_rollback_takes_back_every_table(admin: Client) -> None:
    admin.run("BEGIN TRANSACTION")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("INSERT INTO U VALUES (1)")
    assert (count(admin), count(admin, "U")) == ("1", "1")
    admin.run("ROLLBACK")
    assert (count(admin), count(admin, "U")) == ("0", "0")


def test_two_databases_in_one_transaction(admin: Client) -> None:
    admin.run("CREATE DATABASE E")
    admin.run("CREATE TABLE E.PUBLIC.T (ID INT)")
    admin.run("BEGIN")
    admin.run("INSERT INTO D.PUBLIC.T VALUES (1)")
    admin.run("INSERT INTO E.PUBLIC.T VALUES (1)")
    admin.run("COMMIT")
    assert (count(admin, "D.PUBLIC.T"), count(admin, "E.PUBLIC.T")) == ("1", "1")


def test_others_see_nothing_before_commit(account: Account, admin: Client) -> None:
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    assert count(other) == "0"
    admin.run("COMMIT")
    assert count(other) == "1"


def test_ddl_commits_the_open_transaction(admin: Client) -> None:
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("CREATE ROLE R")
    admin.run("ROLLBACK")
    assert count(admin) == "1"


def test_without_autocommit_dml_opens_a_transaction(admin: Client) -> None:
    admin.context.session.parameters["AUTOCOMMIT"] = "false"
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("ROLLBACK")
    assert count(admin) == "0"
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("COMMIT")
    admin.run("ROLLBACK")
    assert count(admin) == "1"


def test_wrong_name_leaves_the_transaction_open(admin: Client) -> None:
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    assert admin.fails("SELECT NOPE FROM T").code == "000904"
    admin.run("COMMIT")
    assert count(admin) == "1"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("INSERT INTO T SELECT 'x'::INT", "100038"),
        ("UPDATE T SET ID = ID / 0", "100051"),
        ("INSERT INTO N VALUES (1), (NULL)", "100072"),
        ("MERGE INTO T USING (SELECT 1 ID UNION ALL SELECT 1) S ON T.ID = S.ID WHEN MATCHED THEN UPDATE SET ID = 5",
         "100090"),
        ("SELECT 1 / (ID - ID) FROM T", "100051"),
    ],
)  # fmt: skip
def test_failed_statement_takes_back_itself_and_leaves_the_transaction_open(admin: Client, sql: str, code: str) -> None:
    admin.run("CREATE TABLE N (ID INT NOT NULL)")
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    assert admin.fails(sql).code == code
    admin.run("INSERT INTO T VALUES (2)")
    admin.run("COMMIT")
    assert list(admin.run("SELECT ID FROM T ORDER BY ID").rows) == [("1",), ("2",)]
    assert count(admin, "N") == "0"


def test_with_abort_on_error_a_failed_statement_leaves_nothing_of_the_transaction(admin: Client) -> None:
    admin.run("ALTER SESSION SET TRANSACTION_ABORT_ON_ERROR = TRUE")
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    assert admin.fails("INSERT INTO T SELECT 'x'::INT").code == "100038"
    assert admin.fails("INSERT INTO T VALUES (2)").code == "090232"
    admin.run("COMMIT")
    assert count(admin) == "0"


def test_statements_of_a_transaction_see_what_others_have_committed_meanwhile(account: Account, admin: Client) -> None:
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    other.run("INSERT INTO T VALUES (2)")
    other.run("INSERT INTO U VALUES (3)")
    assert (count(admin), count(admin, "U"), count(other)) == ("2", "1", "1")
    admin.run("ROLLBACK")
    assert count(admin) == "1"


def test_transaction_changes_rows_that_it_has_written_before(admin: Client) -> None:
    admin.run("INSERT INTO T VALUES (1), (2), (3)")
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (4), (5)")
    assert list(admin.run("UPDATE T SET ID = ID + 10 WHERE ID IN (1, 4)").rows) == [("2", "0")]
    assert list(admin.run("UPDATE T SET ID = ID + 10 WHERE ID > 10").rows) == [("2", "0")]
    assert list(admin.run("DELETE FROM T WHERE ID IN (2, 5, 21)").rows) == [("3",)]
    admin.run("MERGE INTO T USING (SELECT 24 ID UNION ALL SELECT 7) S ON T.ID = S.ID "
              "WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (S.ID)")  # fmt: skip
    expected = [("3",), ("7",)]
    assert admin.run("SELECT ID FROM T ORDER BY ID").rows == expected
    admin.run("COMMIT")
    assert admin.run("SELECT ID FROM T ORDER BY ID").rows == expected


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_truncate_and_insert_overwrite_belong_to_the_transaction(account: Account, admin: Client, end: str) -> None:
    admin.run("INSERT INTO T VALUES (1), (2)")
    admin.run("INSERT INTO U VALUES (1), (2)")
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("TRUNCATE TABLE T")
    assert list(admin.run("INSERT OVERWRITE INTO U SELECT ID + 1 FROM U WHERE ID = 2").rows) == [("1",)]
    assert (count(admin), count(admin, "U")) == ("0", "1")
    assert (count(other), count(other, "U")) == ("2", "2")
    admin.run(end)
    assert (count(admin), count(admin, "U")) == (("0", "1") if end == "COMMIT" else ("2", "2"))


def test_rows_keep_their_numbers_while_a_transaction_is_open(account: Account, admin: Client) -> None:
    admin.run("INSERT INTO T SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 300000))")
    admin.run("DELETE FROM T WHERE ID % 10 <> 0")
    admin.run("BEGIN")
    admin.run("DELETE FROM T WHERE ID = 299990")
    other = beside(account, admin)
    store = existing_store(account.catalogue)
    assert store is not None
    with store.cursor() as cursor:
        cursor.execute("SET GLOBAL checkpoint_threshold = '1KB'")
    for number in range(5):
        other.run(f"INSERT INTO U VALUES ({number})")  # noqa: S608
    admin.run("UPDATE T SET ID = -1 WHERE ID = 299980")
    admin.run("COMMIT")
    assert list(admin.run("SELECT COUNT(*), MIN(ID), MAX(ID) FROM T").rows) == [("29999", "-1", "299970")]


def test_ddl_after_dml_without_autocommit_commits_it(admin: Client) -> None:
    admin.run("ALTER SESSION SET AUTOCOMMIT = FALSE")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("CREATE TABLE X AS SELECT * FROM T")
    admin.run("ROLLBACK")
    assert (count(admin), count(admin, "X")) == ("1", "1")


def test_begin_commits_what_dml_without_autocommit_has_opened(admin: Client) -> None:
    admin.run("ALTER SESSION SET AUTOCOMMIT = FALSE")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("BEGIN NAME LOAD")
    admin.run("INSERT INTO T VALUES (2)")
    admin.run("ROLLBACK")
    assert count(admin) == "1"


def test_changing_autocommit_commits_what_is_open(admin: Client) -> None:
    admin.run("ALTER SESSION SET AUTOCOMMIT = FALSE")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("ALTER SESSION SET AUTOCOMMIT = TRUE")
    admin.run("ROLLBACK")
    assert count(admin) == "1"


def test_merge_after_other_dml_without_autocommit_commits_nothing(admin: Client) -> None:
    admin.run("ALTER SESSION SET AUTOCOMMIT = FALSE")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("MERGE INTO U USING T ON U.ID = T.ID WHEN NOT MATCHED THEN INSERT VALUES (T.ID)")
    admin.run("ROLLBACK")
    assert (count(admin), count(admin, "U")) == ("0", "0")


def test_commit_and_rollback_without_a_transaction_do_nothing(admin: Client) -> None:
    admin.run("COMMIT")
    admin.run("ROLLBACK")
    admin.run("BEGIN")
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    admin.run("COMMIT WORK")
    assert count(admin) == "1"


def test_scripting_block_is_refused(admin: Client) -> None:
    assert admin.fails("BEGIN SELECT 1; END").code == "000002"


def start(client: Client, sql: str) -> tuple[threading.Thread, list[object]]:
    """Run a statement in a thread; its answer or error goes to the list."""
    found: list[object] = []
    answer = execute(client.context, sql)
    assert isinstance(answer, Deferred)

    def run() -> None:
        try:
            found.append(answer.run())
        except SnowflakeError as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found


def test_writer_waits_for_the_other_transaction(account: Account, admin: Client) -> None:
    admin.run("INSERT INTO T VALUES (1)")
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("UPDATE T SET ID = ID + 1")
    thread, found = start(other, "UPDATE T SET ID = ID * 10")
    time.sleep(0.3)
    assert found == []
    admin.run("COMMIT")
    thread.join(10)
    assert not isinstance(found[0], Exception), found
    assert list(admin.run("SELECT ID FROM T").rows) == [("20",)]


def test_inserts_do_not_wait_for_each_other(account: Account, admin: Client) -> None:
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    other.run("INSERT INTO T VALUES (2)")
    admin.run("COMMIT")
    assert count(admin) == "2"


def test_waiting_writer_gives_up_after_lock_timeout(account: Account, admin: Client) -> None:
    admin.run("INSERT INTO T VALUES (1)")
    other = beside(account, admin)
    other.run("ALTER SESSION SET LOCK_TIMEOUT = 1")
    admin.run("BEGIN")
    admin.run("UPDATE T SET ID = 2")
    began = time.monotonic()
    assert other.fails("UPDATE T SET ID = 3").code == "000625"
    assert 0.9 < time.monotonic() - began < 60
    other.run("ALTER SESSION SET LOCK_TIMEOUT = 0")
    assert other.fails("DELETE FROM T").code == "000625"
    admin.run("COMMIT")
    assert list(other.run("DELETE FROM T").rows) == [("1",)]


def test_deadlock_costs_one_of_the_two_its_statement_and_no_transaction(account: Account, admin: Client) -> None:
    for table in ("T", "U"):
        admin.run(f"INSERT INTO {table} VALUES (1)")  # noqa: S608
    other = beside(account, admin)
    for client, table in ((admin, "T"), (other, "U")):
        client.run("BEGIN")
        client.run(f"UPDATE {table} SET ID = ID + 1")  # noqa: S608
    thread, found = start(admin, "UPDATE U SET ID = ID * 10")
    time.sleep(0.3)
    error = other.fails("UPDATE T SET ID = ID * 10")
    assert (error.code, "deadlock" in error.message) == ("000625", True)
    other.run("COMMIT")
    thread.join(10)
    assert not isinstance(found[0], Exception), found
    admin.run("COMMIT")
    assert (admin.run("SELECT * FROM T").rows, admin.run("SELECT * FROM U").rows) == ([("2",)], [("20",)])


def test_two_who_have_inserted_and_want_to_update_are_a_deadlock(account: Account, admin: Client) -> None:
    other = beside(account, admin)
    for client in (admin, other):
        client.run("BEGIN")
        client.run("INSERT INTO T VALUES (1)")
    thread, found = start(admin, "UPDATE T SET ID = 2")
    time.sleep(0.3)
    assert other.fails("UPDATE T SET ID = 3").code == "000625"
    other.run("ROLLBACK")
    thread.join(10)
    assert not isinstance(found[0], Exception), found


def test_end_of_the_session_rolls_back_and_frees_the_tables(account: Account, admin: Client) -> None:
    other = beside(account, admin)
    other.run("BEGIN")
    other.run("TRUNCATE TABLE T")
    store = existing_store(account.catalogue)
    assert store is not None
    store.end_session(other.context.session.id)
    assert list(admin.run("UPDATE T SET ID = 1").rows) == [("0", "0")]


def test_waiting_writer_can_be_cancelled(account: Account, admin: Client) -> None:
    admin.run("INSERT INTO T VALUES (1)")
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("UPDATE T SET ID = 2")
    answer = execute(other.context, "DELETE FROM T")
    assert isinstance(answer, Deferred)
    assert answer.cancel is not None
    threading.Timer(0.2, answer.cancel).start()
    with pytest.raises(SnowflakeError) as caught:
        answer.run()
    assert caught.value.code == "000604"
    admin.run("COMMIT")
    assert list(admin.run("SELECT ID FROM T").rows) == [("2",)]


def test_long_query_can_be_cancelled(account: Account, admin: Client) -> None:
    admin.run("INSERT INTO T SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 100000))")
    answer = execute(admin.context, "SELECT COUNT(*) FROM T A, T B, T C WHERE A.ID + B.ID * C.ID = 7")
    assert isinstance(answer, Deferred)
    assert answer.cancel is not None
    threading.Timer(0.5, answer.cancel).start()
    with pytest.raises(SnowflakeError) as caught:
        answer.run()
    assert caught.value.code == "000604"
    assert count(admin) == "100000"


def test_table_altered_while_another_transaction_writes_it(account: Account, admin: Client) -> None:
    other = beside(account, admin)
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (1)")
    other.run("ALTER TABLE T ADD COLUMN A INT")
    thread, found = start(other, "SELECT COUNT(A) FROM T")
    time.sleep(0.2)
    admin.run("COMMIT")
    thread.join(10)
    assert not isinstance(found[0], Exception), found
    assert list(admin.run("SELECT ID, A FROM T").rows) == [("1", None)]


def test_many_sessions_write_at_once(account: Account, admin: Client) -> None:
    clients = [beside(account, admin) for _ in range(8)]
    threads = [start(client, f"INSERT INTO T VALUES ({n})") for n, client in enumerate(clients)]  # noqa: S608
    threads += [start(client, f"UPDATE U SET ID = {n}") for n, client in enumerate(clients)]  # noqa: S608
    for thread, found in threads:
        thread.join(20)
        assert not isinstance(found[0], Exception), found
    assert count(admin) == "8"


def test_no_more_than_twenty_statements_wait_for_a_table(account: Account, admin: Client) -> None:
    clients = [beside(account, admin) for _ in range(21)]
    admin.run("BEGIN")
    admin.run("DELETE FROM T")
    threads = [start(client, "UPDATE T SET ID = 1") for client in clients[:20]]
    time.sleep(0.5)
    error = clients[20].fails("UPDATE T SET ID = 1")
    assert (error.code, "20 statements limit" in error.message) == ("000625", True)
    admin.run("COMMIT")
    for thread, found in threads:
        thread.join(20)
        assert not isinstance(found[0], Exception), found
